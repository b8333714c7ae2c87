import Domain

/// Drafts the steps of a migration that nobody waits for and nothing breaks in, as SQL to be read and changed.
package struct MigrationScaffold: Sendable {
    private let known: KnownColumns
    /// The type of the column, where it is given.
    private let type: String?
    /// The key of the backfill, where it is given.
    private let key: String?
    private let parser: any SQLParser

    package init(
        known: KnownColumns, type: String? = nil, key: String? = nil, parser: any SQLParser = PgQueryParser()
    ) {
        self.known = known
        self.type = type
        self.key = key
        self.parser = parser
    }

    /// The texts of the steps; nil drafts an empty migration. Throws `ScaffoldError`.
    package func steps(for change: SchemaChange?) throws -> [MigrationPhase: String] {
        let texts = try draft(change)
        for (phase, text) in texts {
            let step = MigrationStep(phase: phase, file: phase.file, sql: text)
            do {
                _ = try step.statements(by: parser)
                if phase == .backfill { _ = try Backfill(step, parser: parser) }
            } catch let error as SQLSyntaxError {
                throw ScaffoldError.noSQL(phase, message: error.message)
            }
        }
        return texts.mapValues { $0 + "\n" }
    }

    private func draft(_ change: SchemaChange?) throws -> [MigrationPhase: String] {
        switch change {
        case nil: Self.empty
        case .rename(let column, let new): try rename(column, to: new)
        case .changeType(let column, let type): changeType(of: column, to: type)
        case .addColumn(let column, let type): addColumn(column, type)
        case .addNotNull(let column, let value): addNotNull(column, value)
        case .addForeignKey(let column, let other): addForeignKey(column, other)
        case .addIndex(let table, let columns): addIndex(table, columns)
        case .dropColumn(let column): dropColumn(column)
        }
    }

    private static let empty: [MigrationPhase: String] = [
        .expand: "-- What the running release can live with: new tables, new columns that may be null, new indexes.",
        .revert: "-- What takes expand.sql back.",
    ]

    private func rename(_ column: ColumnReference, to new: String) throws -> [MigrationPhase: String] {
        guard let type = type ?? known[column]?.plainType else { throw ScaffoldError.unknownType(column) }
        let sync = ColumnSync(table: column.table, old: column.column, new: new, newType: type, oldType: type)
        return replacement(of: column, by: sync, setting: "\(new.asWrittenName) = \(column.column.asWrittenName)")
    }

    private func changeType(of column: ColumnReference, to newType: String) -> [MigrationPhase: String] {
        let suffix = newType.prefix { $0 != "(" }
        let sync = ColumnSync(
            table: column.table, old: column.column, new: "\(column.column)_\(String(suffix).asSnakeCase)",
            newType: newType, oldType: type ?? known[column]?.plainType)
        let old = column.column.asWrittenName
        return replacement(
            of: column, by: sync, setting: "\(old) = \(old) -- The trigger of expand.sql converts it.")
    }

    /// A new column beside an old one, both kept equal, until nothing uses the old one.
    private func replacement(
        of column: ColumnReference, by sync: ColumnSync, setting assignment: String
    ) -> [MigrationPhase: String] {
        let (table, old, new) = (column.table.asWritten, column.column.asWrittenName, sync.new.asWrittenName)
        let notNull = known[column]?.isNotNull == true ? NotNullCheck(table: column.table, column: sync.new) : nil
        let expand = [
            "-- \(new) stands beside \(old); whichever a release writes, both have the value.\n"
                + "-- Give \(new) what \(old) has besides: indexes (CONCURRENTLY), foreign keys (NOT VALID), a default.\n"
                + "ALTER TABLE \(table) ADD COLUMN \(new) \(sync.newType);",
            sync.creation, notNull?.creation,
        ]
        let contract = [
            notNull?.completion,
            "-- Nothing that is kept may use \(old) any more.\n" + sync.removal
                + "\nALTER TABLE \(table) DROP COLUMN \(old);",
        ]
        return [
            .expand: expand.compactMap(\.self).joined(separator: "\n\n"),
            .backfill: backfill(column.table, setting: assignment, where: "\(new) IS NULL AND \(old) IS NOT NULL"),
            .contract: contract.compactMap(\.self).joined(separator: "\n\n"),
            .revert: sync.removal + "\nALTER TABLE \(table) DROP COLUMN \(new);",
        ]
    }

    private func backfill(
        _ table: RelationName, setting assignment: String, where condition: String
    ) -> String {
        let key = (key ?? known.key(of: table)).asWrittenName
        return """
            -- key: \(table.asWritten).\(key)
            -- batch: \(MigrationLimits.defaultBackfillBatch)
            UPDATE \(table.asWritten) SET \(assignment)
            WHERE \(key) BETWEEN $1 AND $2 AND \(condition);
            """
    }

    private func addColumn(_ column: ColumnReference, _ type: String) -> [MigrationPhase: String] {
        let (table, name) = (column.table.asWritten, column.column.asWrittenName)
        return [
            .expand: "ALTER TABLE \(table) ADD COLUMN \(name) \(type);",
            .revert: "ALTER TABLE \(table) DROP COLUMN \(name);",
        ]
    }

    private func addNotNull(_ column: ColumnReference, _ value: String) -> [MigrationPhase: String] {
        let (table, name) = (column.table.asWritten, column.column.asWrittenName)
        let fill = NullFilling(table: column.table, column: column.column, value: value)
        let check = NotNullCheck(table: column.table, column: column.column)
        return [
            .expand: fill.creation + "\n\n" + check.creation,
            .backfill: backfill(column.table, setting: "\(name) = \(value)", where: "\(name) IS NULL"),
            .contract: check.completion + "\n\n-- Nothing that is kept may write null any more.\n" + fill.removal,
            .revert: "ALTER TABLE \(table) DROP CONSTRAINT \(check.name.asWrittenName);\n" + fill.removal,
        ]
    }

    private func addForeignKey(_ column: ColumnReference, _ other: ColumnReference) -> [MigrationPhase: String] {
        let table = column.table.asWritten
        let name = "\(column.table.name)_\(column.column)_fkey".shortened(toBytes: 63).asWrittenName
        return [
            .expand: """
            -- From here on a row that points nowhere is refused; rows that are there are checked by contract.sql.
            ALTER TABLE \(table) ADD CONSTRAINT \(name)
                FOREIGN KEY (\(column.column.asWrittenName))
                REFERENCES \(other.table.asWritten) (\(other.column.asWrittenName)) NOT VALID;
            """,
            .contract: "ALTER TABLE \(table) VALIDATE CONSTRAINT \(name);",
            .revert: "ALTER TABLE \(table) DROP CONSTRAINT \(name);",
        ]
    }

    private func addIndex(_ table: RelationName, _ columns: [String]) -> [MigrationPhase: String] {
        let name = "\(table.name)_\(columns.joined(separator: "_"))_idx".shortened(toBytes: 63)
        let list = columns.map(\.asWrittenName).joined(separator: ", ")
        return [
            .expand: "CREATE INDEX CONCURRENTLY \(name.asWrittenName) ON \(table.asWritten) (\(list));",
            .revert: "DROP INDEX CONCURRENTLY \(RelationName(schema: table.schema, name).asWritten);",
        ]
    }

    private func dropColumn(_ column: ColumnReference) -> [MigrationPhase: String] {
        let (table, name) = (column.table.asWritten, column.column.asWrittenName)
        let contract = "-- Nothing that is kept may use \(name) any more.\nALTER TABLE \(table) DROP COLUMN \(name);"
        guard let known = known[column], known.isNotNull, !known.hasDefault else { return [.contract: contract] }
        return [
            .expand: """
            -- New code leaves \(name) out.
            ALTER TABLE \(table) ALTER COLUMN \(name) DROP NOT NULL;
            """,
            .contract: contract,
            .revert: """
            -- Rows that new code wrote may have no \(name). Then this is refused and changes nothing: end the new code, give
            -- them a value above this line (UPDATE \(table) SET \(name) = ... WHERE \(name) IS NULL;), and revert again.
            ALTER TABLE \(table) ALTER COLUMN \(name) SET NOT NULL;
            """,
        ]
    }
}
