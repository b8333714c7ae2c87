/// The columns of tables, as far as migrations tell them.
package struct KnownColumns: Sendable {
    private var tables: [RelationName: [String: ColumnDefinition]] = [:]

    /// Follows the expand and contract steps in their order; what cannot be parsed tells nothing.
    package init(_ migrations: [Migration], parser: any SQLParser = PgQueryParser()) {
        for step in migrations.sorted(by: { $0.name < $1.name }).flatMap(\.steps)
        where step.phase == .expand || step.phase == .contract {
            for statement in (try? step.statements(by: parser)) ?? [] { follow(statement.kind) }
        }
    }

    package subscript(reference: ColumnReference) -> ColumnDefinition? {
        tables[reference.table.inDefaultSchema]?[reference.column]
    }

    /// The column that is the table's primary key by itself; "id" where nothing says so.
    package func key(of table: RelationName) -> String {
        let columns = tables[table.inDefaultSchema, default: [:]].values
        return columns.first { $0.constraints.contains { $0.kind == .primaryKey } }?.name ?? "id"
    }

    private mutating func follow(_ kind: SQLStatementKind) {
        switch kind {
        case .createTable(let table, let columns, _):
            let pairs = columns.map { ($0.name, $0) }
            tables[table.inDefaultSchema] = Dictionary(pairs, uniquingKeysWith: { first, _ in first })
        case .alterTable(let table, let changes):
            for change in changes { follow(change, of: table.inDefaultSchema) }
        case .rename(.table, of: let table?, _, let new):
            let old = table.inDefaultSchema
            tables[RelationName(schema: old.schema, new)] = tables.removeValue(forKey: old)
        case .rename(.column, of: let table?, let old, let new):
            let column = tables[table.inDefaultSchema]?.removeValue(forKey: old)
            tables[table.inDefaultSchema]?[new] = column
        default:
            break
        }
    }

    private mutating func follow(_ change: TableChange, of table: RelationName) {
        switch change {
        case .addColumn(let column): tables[table, default: [:]][column.name] = column
        case .dropColumn(let name, _): tables[table]?[name] = nil
        case .changeType(let name, let type): update(name, of: table) { $0.with(type: type) }
        case .setNotNull(let name): update(name, of: table) { $0.with(isNotNull: true) }
        case .dropNotNull(let name): update(name, of: table) { $0.with(isNotNull: false) }
        case .setDefault(let name): update(name, of: table) { $0.with(hasDefault: true) }
        case .dropDefault(let name): update(name, of: table) { $0.with(hasDefault: false) }
        default: break
        }
    }

    private mutating func update(
        _ name: String, of table: RelationName, _ change: (ColumnDefinition) -> ColumnDefinition
    ) {
        guard let column = tables[table]?[name] else { return }
        tables[table]?[name] = change(column)
    }
}

extension ColumnDefinition {
    /// The type without the sequence that `serial` brings.
    var plainType: String {
        switch type {
        case "smallserial", "serial2": "smallint"
        case "serial", "serial4": "integer"
        case "bigserial", "serial8": "bigint"
        default: type
        }
    }
}

extension RelationName {
    /// `public.loads` and `loads` are one table.
    fileprivate var inDefaultSchema: RelationName { schema == "public" ? RelationName(name) : self }
}

extension ColumnDefinition {
    fileprivate func with(
        type: String? = nil, isNotNull: Bool? = nil, hasDefault: Bool? = nil
    ) -> ColumnDefinition {
        ColumnDefinition(
            name: name, type: type ?? self.type, isNotNull: isNotNull ?? self.isNotNull,
            hasDefault: hasDefault ?? self.hasDefault, isGenerated: isGenerated, constraints: constraints)
    }
}
