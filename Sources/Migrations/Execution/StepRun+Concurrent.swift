import Foundation
import Postgres

extension StepRun {
    /// Runs a statement that no transaction can hold, and records it before and after.
    ///
    /// It may wait as long as it must for transactions: what it asks for stands in nobody's way, and giving up in the middle
    /// leaves an index that cannot be used. A table that somebody keeps locked ends it when the patience is over. An index
    /// that was left by a run that was cut off is dropped and built again.
    func runAlone(_ index: Int, begun: LedgerEntry?) async throws {
        let statement = step.statements[index]
        let work = ConcurrentWork(statement, on: session.worker)
        try await drop(work.remains(of: begun?.invalidBefore))
        let isDone = try await work.isDone()
        if begun != nil && isDone { return try await finish(index, took: .zero) }
        try await waitForSnapshots(at: index)
        var invalidBefore = begun?.invalidBefore ?? []
        // What is there already is not ours; the server says what it thinks of it.
        if begun == nil && !isDone {
            invalidBefore = try await ConcurrentWork.invalidIndexes(on: session.worker)
            try await session.history.begin(index + 1, statement, of: step, invalidIndexes: invalidBefore)
        }
        session.boundary("begun:\(step.phase.rawValue):\(index + 1)")
        let continuation = begun == nil ? nil : try await work.continuation()
        let took = try await build(index, continuation ?? statement.text, work: work, invalidBefore: invalidBefore)
        session.boundary("built:\(step.phase.rawValue):\(index + 1)")
        try await finish(index, took: took)
    }

    private func build(
        _ index: Int, _ text: String, work: ConcurrentWork, invalidBefore: [String]
    ) async throws -> Duration {
        do {
            let took = try await runWithoutLockLimit(text, at: index)
            let invalid = try await work.remains(of: invalidBefore)
            guard !invalid.isEmpty else { return took }
            throw ExecutionError.invalidIndex(step.name, step.statements[index].position, indexes: invalid)
        } catch {
            // Not cut short when this task is cancelled: an invalid index costs every write.
            try await Task {
                try await session.worker.execute("SET statement_timeout = 0")
                try await drop(work.remains(of: invalidBefore))
                try await session.history.forget(index + 1, of: step)
            }.value
            throw explanation(of: error, at: index)
        }
    }

    private func runWithoutLockLimit(_ text: String, at index: Int) async throws -> Duration {
        try await session.worker.execute("SET lock_timeout = 0")
        try await session.worker.set("statement_timeout", session.timeLeft)
        // The server brings an index to its end also when this process is gone; the next run then finds it.
        try await session.worker.execute("SET client_connection_check_interval = 0")
        let took = try await watchingWaits(at: index) {
            try await ContinuousClock().measure {
                try await session.worker.executeScript(
                    text, deadline: session.timeLeft + PostgresLimits.cancellation)
            }
        }
        try await session.worker.execute("SET statement_timeout = 0")
        try await session.worker.set("client_connection_check_interval", .seconds(1))
        return took
    }

    /// Runs a statement and tells whom it waits for; one that waits for a table's lock for too long is ended.
    private func watchingWaits(
        at index: Int, _ work: @escaping @Sendable () async throws -> Duration
    ) async throws -> Duration {
        try await withThrowingTaskGroup(of: Duration?.self) { tasks in
            tasks.addTask { try await work() }
            tasks.addTask {
                try await watchWaits(at: index)
                return nil
            }
            defer { tasks.cancelAll() }
            while let ended = try await tasks.next() {
                if let took = ended { return took }
            }
            throw CancellationError()
        }
    }

    private func watchWaits(at index: Int) async throws {
        let position = step.statements[index].position
        var since: ContinuousClock.Instant?
        var rhythm = ReportRhythm(since: .now)
        while true {
            try await Task.sleep(for: ExecutionLimits.concurrentWatchPause)
            guard let wait = try await session.probe.currentWait() else {
                since = nil
                continue
            }
            let start = since ?? .now
            since = start
            let waited = start.duration(to: .now)
            let isLate = wait.relation != nil && waited > session.limits.lockPatience
            guard isLate || rhythm.isDue(every: session.limits.reportPause) else { continue }
            let holders = try await session.probe.holders(wait.blockers)
            guard !isLate else {
                throw ExecutionError.locked(step.name, position, waited: waited, attempts: 1, holders: holders)
            }
            session.tell(.waitingForLock(step.name, position, waited: waited, holders: holders))
        }
    }

    private func finish(_ index: Int, took: Duration) async throws {
        try await session.worker.transaction { _ in
            try await session.history.finishBegun(index + 1, step.statements[index], of: step)
            try await completeIfLast(index)
        }
        session.boundary("committed:\(step.phase.rawValue):\(index + 1)")
        session.tell(.ran(step.name, step.phase, statement: index + 1, of: step.statements.count, took: took))
    }

    private func drop(_ indexes: [String]) async throws {
        for index in indexes {
            session.tell(.droppingInvalidIndex(step.name, index: index))
            try await session.worker.execute("SET lock_timeout = 0")
            // The name comes quoted from the catalog.
            try await session.worker.execute(
                "DROP INDEX CONCURRENTLY IF EXISTS \(unescaped: index)", deadline: session.timeLeft)
        }
    }

    /// An index that is built beside old transactions is not usable before they end; better not to begin.
    private func waitForSnapshots(at index: Int) async throws {
        guard step.statements[index].waitsForTransactions else { return }
        let start = ContinuousClock.now
        var rhythm = ReportRhythm()
        while true {
            let holders = try await session.probe.oldSnapshots(olderThan: session.limits.oldSnapshot)
            guard !holders.isEmpty else { return }
            let waited = ContinuousClock.now - start
            guard (waited < session.limits.lockPatience), session.timeLeft > .milliseconds(1) else {
                throw ExecutionError.oldSnapshot(
                    step.name, step.statements[index].position, waited: waited, holders: holders)
            }
            if rhythm.isDue(every: session.limits.reportPause) {
                session.tell(
                    .waitingForSnapshots(
                        step.name, step.statements[index].position, waited: waited, holders: holders))
            }
            try await Task.sleep(for: session.limits.probePause)
        }
    }
}

extension SQLStatement {
    /// Whether it waits for every older transaction of the database.
    fileprivate var waitsForTransactions: Bool {
        switch kind {
        case .createIndex, .reindex, .drop: true
        case .alterTable(_, let changes):
            changes.contains { if case .detachPartition(_, concurrently: true) = $0 { true } else { false } }
        default: false
        }
    }
}
