/// A lock that a statement will ask for.
struct LockDemand: Sendable, Hashable {
    /// The relation's number in pg_class.
    let relation: Int
    let mode: LockMode
}

/// A lock that a statement asks for as far as its text tells; what functions and triggers lock is not seen.
struct ForeseenLock: Sendable, Hashable {
    let relation: RelationName
    let mode: LockMode
}

extension SQLStatement {
    /// The strong locks that the statement will ask for, as far as its text tells.
    var foreseenLocks: [ForeseenLock] {
        let table = { (relation: RelationName, mode: LockMode) in ForeseenLock(relation: relation, mode: mode) }
        switch kind {
        case .createTable(_, _, let references): return references.map { table($0, .shareRowExclusive) }
        case .alterTable(let relation, let changes):
            return changes.flatMap { $0.foreseenLocks(on: relation) }
        case .createIndex(let index): return [table(index.table, .share)]
        case .createTrigger(_, let relation): return [table(relation, .shareRowExclusive)]
        case .drop(let object, let names, _, _) where object.isRelation:
            return names.map { table($0, .accessExclusive) }
        case .rename(let object, let relation, _, _):
            return relation.map { [table($0, object == .index ? .shareUpdateExclusive : .accessExclusive)] } ?? []
        case .moveToSchema(let object, let name, _) where object.isRelation:
            return [table(name, .accessExclusive)]
        case .refreshView(let view, let concurrently):
            return [table(view, concurrently ? .exclusive : .accessExclusive)]
        case .truncate(let tables), .lock(let tables): return tables.map { table($0, .accessExclusive) }
        case .insert(let relation), .update(let relation), .delete(let relation), .merge(let relation):
            return [table(relation, .rowExclusive)]
        default: return []
        }
    }
}

extension TableChange {
    fileprivate func foreseenLocks(on relation: RelationName) -> [ForeseenLock] {
        let others = relations.map { ForeseenLock(relation: $0, mode: otherMode) }
        return [ForeseenLock(relation: relation, mode: mode)] + others
    }

    /// The mode on the altered table itself.
    private var mode: LockMode {
        switch self {
        case .validateConstraint, .attachPartition: .shareUpdateExclusive
        case .detachPartition(_, concurrently: true): .shareUpdateExclusive
        case .addConstraint(let constraint) where constraint.kind == .foreignKey: .shareRowExclusive
        // Of storage parameters, statistics and the like, which ask for less: better let the server say.
        case .other(let node) where ["AT_SetRelOptions", "AT_ResetRelOptions", "AT_SetStatistics"].contains(node):
            .shareUpdateExclusive
        default: .accessExclusive
        }
    }

    /// The mode on a table that the change only names.
    private var otherMode: LockMode {
        switch self {
        case .attachPartition, .detachPartition: .accessExclusive
        default: .shareRowExclusive
        }
    }
}
