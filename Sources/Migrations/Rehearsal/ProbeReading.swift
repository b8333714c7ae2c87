/// What two looks, before and after a statement, tell together.
struct ProbeReading {
    let baseline: RelationStates
    let before: StatementProbe
    let after: StatementProbe

    /// The locks on relations that the application uses; `sampled` are those of a statement that has let go of them.
    func locks(sampled: Set<StatementProbe.RelationLock>?) -> [StatementTrace.HeldLock] {
        (sampled ?? after.locks).compactMap { lock in
            guard let relation = baseline[lock.relation] else { return nil }
            // Whoever plans a query of a table looks into all of its indexes; CONCURRENTLY waits for them instead.
            let hides = relation.isIndex && lock.mode == .accessExclusive && sampled == nil
            guard !relation.isIndex || hides, let table = relation.isIndex ? baseline[relation.owner] : relation else {
                return nil
            }
            return StatementTrace.HeldLock(
                relation: table.name, mode: lock.mode, rows: table.rows, isNew: !before.locks.contains(lock),
                isMaterializedView: table.isMaterializedView)
        }.sorted { left, right in
            (left.mode.blocks, left.relation.description) > (right.mode.blocks, right.relation.description)
        }
    }

    /// What happened to the rows and files of relations that the application uses.
    func touches() -> [StatementTrace.TableTouch] {
        var touches: [Int: StatementTrace.TableTouch] = [:]
        for (number, old) in before.relations.byNumber {
            guard let new = after.relations[number], let known = baseline[number] else { continue }
            let table = old.isIndex ? baseline[old.owner] : known
            guard let table else { continue }
            var touch =
                touches[table.number] ?? StatementTrace.TableTouch(relation: table.name, rows: table.rows)
            if !old.isIndex {
                touch.rowsScanned = max(0, new.scanned - old.scanned)
                touch.rowsChanged = max(0, new.changed - old.changed)
            }
            let hasRows = (before.relations[table.number]?.size ?? 0) > 0
            if new.file != old.file && hasRows { touch.isRewritten = true }
            touches[table.number] = touch
        }
        return touches.values.filter { $0.rowsScanned > 0 || $0.rowsChanged > 0 || $0.isRewritten }
            .sorted { left, right in left.relation.description < right.relation.description }
    }

    func invalidIndexes() -> [RelationName] {
        after.relations.byNumber.values.filter { state in
            state.kind == "i" && !state.isValid && before.relations[state.number]?.isValid != false
        }.map(\.name)
    }
}
