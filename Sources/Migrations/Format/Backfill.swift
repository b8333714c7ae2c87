/// A backfill step, read: one statement that is run batch by batch along a key of a table.
///
///     -- key: vehicles.id
///     -- batch: 5000
///     UPDATE vehicles SET equipment_type = type_code WHERE id BETWEEN $1 AND $2 AND equipment_type IS NULL;
///
/// `$1` and `$2` are the first and the last key of a batch, both of rows that are there. The key's column must be
/// unique and not null; the table may be left out where the statement is an UPDATE or DELETE of it.
package struct Backfill: Sendable, Equatable {
    package let table: RelationName
    package let key: String
    /// Rows of the table in a batch, to begin with.
    package let batchSize: Int
    package let statement: SQLStatement

    /// Reads the step; throws `SQLSyntaxError`, or `BackfillError` with the place and the remedy.
    package init(_ step: MigrationStep, parser: any SQLParser) throws {
        let header = try BackfillHeader(step)
        let statements = try step.statements(by: parser)
        guard let statement = statements.first, statements.count == 1 else {
            throw BackfillError.notOneStatement(statements.dropFirst().first?.position ?? header.position)
        }
        guard let changed = statement.kind.changedTable else {
            throw BackfillError.changesNoRows(statement.position)
        }
        guard Set(statement.placeholders.map(\.number)) == [1, 2] else {
            throw BackfillError.placeholders(statement.position, key: header.key)
        }
        if header.table == nil, case .insert = statement.kind { throw BackfillError.noTable(header.keyPosition) }
        table = header.table ?? changed
        key = header.key
        batchSize = header.batchSize
        self.statement = statement
    }

    /// The statement for the rows from one key through another, with these as literals: the planner sees a range.
    package func batch(from first: String, through last: String) -> String {
        statement.text(withLiterals: [first, last])
    }
}

extension SQLStatementKind {
    /// The table whose rows it inserts, changes or deletes.
    var changedTable: RelationName? {
        switch self {
        case .insert(let table), .update(let table), .delete(let table): table
        default: nil
        }
    }
}
