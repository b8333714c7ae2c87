extension SQLStatementKind {
    /// The relations that the statement names as what it works on; what functions and triggers touch is not among them.
    package var relations: [RelationName] {
        switch self {
        case .createTable(_, _, let references): references
        case .alterTable(let relation, let changes): [relation] + changes.flatMap(\.relations)
        case .createIndex(let index): [index.table]
        case .reindex(let relation, _): relation.map { [$0] } ?? []
        case .drop(let object, let names, _, _): object.isRelation ? names : []
        case .rename(_, let relation, _, _): relation.map { [$0] } ?? []
        case .moveToSchema(let object, let name, _): object.isRelation ? [name] : []
        case .refreshView(let view, _): [view]
        case .createTrigger(_, let table): [table]
        case .insert(let table), .update(let table), .delete(let table), .merge(let table): [table]
        case .truncate(let tables), .lock(let tables), .vacuum(let tables, _), .analyze(let tables): tables
        case .copy(let table, _), .cluster(let table): table.map { [$0] } ?? []
        case .grant(let relations), .revoke(let relations): relations
        case .addEnumLabel, .renameEnumLabel, .createView, .createFunction, .select, .transactionControl, .setting,
            .anonymousBlock, .call, .serverWide, .other:
            []
        }
    }

    /// Whether the server refuses it inside a transaction block.
    package var runsOutsideTransaction: Bool {
        switch self {
        case .createIndex(let index): index.concurrently
        case .reindex(let relation, let concurrently): concurrently || relation == nil
        case .drop(_, _, let concurrently, _): concurrently
        case .alterTable(_, let changes): changes.contains { $0.isConcurrent }
        case .cluster(let table): table == nil
        case .vacuum, .serverWide: true
        default: false
        }
    }

    /// Whether it was written to be run beside the application.
    var runsConcurrently: Bool {
        switch self {
        case .createIndex(let index): index.concurrently
        case .reindex(_, let concurrently), .drop(_, _, let concurrently, _), .refreshView(_, let concurrently):
            concurrently
        case .alterTable(_, let changes): changes.contains { $0.isConcurrent }
        default: false
        }
    }
}

extension TableChange {
    var relations: [RelationName] {
        switch self {
        case .addColumn(let column): column.constraints.compactMap(\.references)
        case .addConstraint(let constraint): constraint.references.map { [$0] } ?? []
        case .attachPartition(let partition), .detachPartition(let partition, _): [partition]
        default: []
        }
    }

    var isConcurrent: Bool {
        if case .detachPartition(_, concurrently: true) = self { return true }
        return false
    }
}

extension SQLObject {
    /// Whether its name is one of pg_class.
    package var isRelation: Bool {
        switch self {
        case .table, .view, .materializedView, .index, .sequence: true
        default: false
        }
    }
}
