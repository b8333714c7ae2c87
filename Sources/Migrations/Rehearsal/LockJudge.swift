import Foundation

/// Says what the statements of one step do to an application that runs meanwhile.
///
/// A lock is held until the transaction ends, so the time of every later statement counts. Work that grows with the
/// rows (a scan, a rewrite) under a lock that the application feels is dangerous however few rows a clone has.
struct LockJudge {
    let traces: [StatementTrace]
    let limits: RehearsalLimits

    /// The findings for each trace, in their order.
    func findings() -> [[RehearsalFinding]] {
        traces.indices.map { index in
            let trace = traces[index]
            if let refusal = trace.refusal {
                return [RehearsalFinding(refusal)]
            }
            return invalidIndexes(trace)
                + (trace.statement.runsOutsideTransaction ? alone(trace) : inTransaction(index))
                + heldRows(index)
        }
    }

    // MARK: In a transaction

    private func inTransaction(_ index: Int) -> [RehearsalFinding] {
        let trace = traces[index]
        guard let lock = trace.locks.first(where: \.blocks.isFelt) else { return [] }
        if let work = trace.work(under: lock) {
            return [rowWork(trace, work, lock: lockOn(work, of: trace) ?? lock, index)]
        }
        guard let new = trace.locks.first(where: { $0.isNew && $0.blocks.isFelt }) else { return [] }
        let held = heldTime(from: index)
        guard held <= limits.budget else {
            return [
                RehearsalFinding(
                    .dangerous, "long-lock",
                    "\(new.blocks.sentence(of: new.relation)) for about \(held.seconds): \(new.mode.title) is held until "
                        + "its transaction ends.",
                    advice: Advice(trace: trace).splitting)
            ]
        }
        let taken = trace.newLocks(where: \.isFelt).joined(separator: " and ")
        return [
            RehearsalFinding(
                .note, "brief-lock", "Takes \(taken) for about \(held.seconds) without reading rows.")
        ]
    }

    /// The lock on the table that was worked on, where there is one that is felt.
    private func lockOn(_ work: StatementTrace.TableTouch, of trace: StatementTrace) -> StatementTrace.HeldLock? {
        trace.locks.first { $0.relation == work.relation && $0.blocks.isFelt }
    }

    private func rowWork(
        _ trace: StatementTrace, _ work: StatementTrace.TableTouch, lock: StatementTrace.HeldLock, _ index: Int
    ) -> RehearsalFinding {
        let doing = work.isRewritten ? "rewrites" : "reads every row of"
        let held = heldTime(from: index)
        let taker = traces[..<index].last { earlier in
            earlier.transaction == trace.transaction
                && earlier.locks.contains { $0.relation == lock.relation && $0.mode == lock.mode && $0.isNew }
        }
        let holding = taker.map { ", which line \($0.statement.position.line) of its transaction took" } ?? ""
        let advice = Advice(trace: trace)
        return RehearsalFinding(
            .dangerous, work.isRewritten ? "rewrite-under-lock" : "scan-under-lock",
            "\(lock.blocks.sentence(of: lock.relation)) for about \(held.seconds) on today's "
                + "\((work.rows > 0 ? work.rows : work.rowsScanned).grouped) rows: it \(doing) \(work.relation.title) under "
                + "\(lock.mode.title)\(holding).",
            advice: advice.sql ?? advice.splitting)
    }

    /// From the statement that began until the end of its transaction.
    private func heldTime(from index: Int) -> Duration {
        traces[index...].filter { $0.transaction == traces[index].transaction }
            .reduce(.zero) { $0 + $1.duration }
    }

    // MARK: By itself

    private func alone(_ trace: StatementTrace) -> [RehearsalFinding] {
        let felt = trace.locks.first(where: \.blocks.isFelt)
        let rewritten = trace.touches.first(where: \.isRewritten)
        guard !trace.statement.kind.runsConcurrently, felt != nil || rewritten != nil else { return [] }
        let relation = felt?.relation ?? rewritten?.relation ?? RelationName("")
        let blocks = felt?.blocks ?? .readsAndWrites
        guard rewritten != nil || trace.duration > limits.budget else { return [] }
        return [
            RehearsalFinding(
                .dangerous, rewritten == nil ? "long-lock" : "rewrite-under-lock",
                "\(blocks.sentence(of: relation)) for about \(trace.duration.seconds) on today's "
                    + "\((rewritten?.rows ?? felt?.rows ?? 0).grouped) rows.",
                advice: Advice(trace: trace).sql)
        ]
    }

    private func invalidIndexes(_ trace: StatementTrace) -> [RehearsalFinding] {
        trace.invalidIndexes.map { index in
            RehearsalFinding(
                .dangerous, "invalid-index", "Leaves the index \(index) behind, which is INVALID: no query uses it.",
                advice: "DROP INDEX CONCURRENTLY \(index);")
        }
    }

    // MARK: Rows

    /// One statement that changes or locks a table's rows keeps them until it commits; a backfill does it in batches.
    private func heldRows(_ index: Int) -> [RehearsalFinding] {
        let trace = traces[index]
        guard trace.phase != .backfill else { return [] }
        return trace.touches.filter { touch in
            let held = max(touch.rowsChanged, touch.rowsLocked)
            return held > limits.changedRows || held >= 10 && held * 2 >= max(touch.rows, touch.rowsScanned)
        }.map { touch in
            let (doing, held) =
                touch.rowsLocked > touch.rowsChanged ? ("Locks", touch.rowsLocked) : ("Changes", touch.rowsChanged)
            return RehearsalFinding(
                .dangerous, "bulk-change",
                "\(doing) \(held.grouped) of the \(touch.rows.grouped) rows of \(touch.relation.title) in one "
                    + "transaction: whoever writes to one of them waits for about \(heldTime(from: index).seconds).",
                advice: "-- Move it to backfill.sql, which runs in batches:\n\(trace.statement.text);")
        }
    }
}

extension StatementTrace {
    /// Work that grows with a table's rows while the lock is held; on the locked table where there is any.
    fileprivate func work(under lock: HeldLock) -> TableTouch? {
        let grows = touches.filter { $0.rowsScanned > 0 || $0.isRewritten }
        let felt = Set(locks.filter(\.blocks.isFelt).map(\.relation))
        return grows.first { $0.isRewritten && felt.contains($0.relation) }
            ?? grows.first { felt.contains($0.relation) } ?? grows.first
    }
}

extension RelationName {
    /// As people say it: without the schema where that is `public`.
    var title: String { schema == "public" ? name : description }
}

extension BlockedWork {
    /// `Blocks every read and write of loads`.
    func sentence(of relation: RelationName) -> String {
        switch self {
        case .readsAndWrites: "Blocks every read and write of \(relation.title)"
        case .writes: "Blocks every write of \(relation.title)"
        case .maintenance, .nothing: "Blocks other changes of \(relation.title)"
        }
    }
}

extension Duration {
    /// `0.9 s`, or `12 ms` below a tenth of a second.
    var seconds: String {
        let milliseconds = self / .milliseconds(1)
        guard milliseconds >= 100 else { return "\(max(1, Int(milliseconds.rounded()))) ms" }
        let tenths = Int((milliseconds / 100).rounded())
        return "\(tenths / 10).\(tenths % 10) s"
    }
}

extension Int {
    /// With commas: 3,000,000.
    var grouped: String {
        let digits = String(self)
        return String(
            digits.enumerated().flatMap { index, digit -> [Character] in
                let left = digits.count - index
                return index > 0 && left.isMultiple(of: 3) ? [",", digit] : [digit]
            })
    }
}
