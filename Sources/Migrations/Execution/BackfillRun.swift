import Foundation
import Postgres

/// One run of a backfill: batch by batch along its key, from where the last run came to.
///
/// The bounds of a batch stand in its statement as literals, so that the planner sees a range; the key that was reached
/// is written in the transaction of the batch, so that each row is seen exactly once whatever happens. Rows that come
/// after the first run began are not chased: the expansion takes care of them.
struct BackfillRun {
    let step: ExecutionStep
    let backfill: Backfill
    let cause: ExecutionCause
    let session: ExecutionSession
    let limits: BackfillLimits
    /// Why the application would rather be left alone just now; nil when it would not.
    let applicationTrouble: @Sendable () async -> String?
    private let start = ContinuousClock.now

    init(
        _ step: ExecutionStep, _ backfill: Backfill, cause: ExecutionCause, session: ExecutionSession,
        limits: BackfillLimits, applicationTrouble: @escaping @Sendable () async -> String?
    ) {
        self.step = step
        self.backfill = backfill
        self.cause = cause
        self.session = session
        self.limits = limits
        self.applicationTrouble = applicationTrouble
    }

    func run() async throws {
        let cursor = BackfillCursor(step: step, backfill: backfill, connection: session.worker)
        try await cursor.refuseUnusableKey()
        // The cursor's queries too: a table that somebody keeps to himself is told and waited for here.
        try await session.worker.set("lock_timeout", limits.rowWait)
        var patience = BackfillPatience(step: step, table: backfill.table, session: session)
        var place = try await patience.insisting { try await cursor.begin() }
        session.tell(.began(step.name, .backfill, statements: 1, done: 0))
        session.boundary("began:backfill")
        var pace = BackfillPace(
            name: step.name, place: place, estimatedRows: try await cursor.estimatedRows(),
            batch: BatchSize(place.batchSize, within: 1...BackfillPace.largestBatch, target: limits.target),
            tell: session.tell)
        let pressure = BackfillPressure(connection: session.probe.connection, limits: limits)
        var looked = ContinuousClock.now - limits.lookPause
        while let bounds = try await patience.insisting({
            try await cursor.bounds(after: place.lastKey, through: place.finalKey, rows: pace.batch.rows)
        }) {
            if looked.duration(to: .now) >= limits.lookPause {
                try await standBack(because: pressure)
                looked = .now
            }
            guard let done = try await run(bounds, cursor: cursor, batchSize: pace.batch.rows) else {
                pace.batch.halve()
                try await patience.gaveWay()
                continue
            }
            patience.wentOn()
            place.advance(through: bounds)
            pace.note(bounds.rows, done, place: place, reportPause: limits.reportPause)
            if limits.share < 1 { try await Task.sleep(for: done.took * (1 / limits.share - 1)) }
        }
        try await session.worker.transaction { _ in
            try await session.history.complete(step, cause: cause, duration: start.duration(to: .now))
            session.boundary("committing:backfill")
        }
        session.boundary("completed:backfill")
        session.tell(.finished(step.name, .backfill))
    }

    /// Runs one batch; nil when it gave way to the application's locks.
    private func run(_ bounds: BatchBounds, cursor: BackfillCursor, batchSize: Int) async throws -> FilledBatch? {
        guard session.end > .now else {
            throw ExecutionError.deadline(step.name, file: step.step.file, limit: session.limits.deadline)
        }
        do {
            var changed = 0
            let took = try await ContinuousClock().measure {
                changed = try await session.worker.transaction { worker in
                    // Rows and cursor are lost together at worst, and done again: nobody waits for the disk meanwhile.
                    try await worker.execute("SET LOCAL synchronous_commit = off")
                    try await worker.setLocal("lock_timeout", limits.rowWait)
                    try await worker.setLocal("statement_timeout", session.timeLeft)
                    let changed = try await worker.execute(
                        PostgresQuery(
                            unescaped:
                                "\(BackfillCursor.mark) \(backfill.batch(from: bounds.first, through: bounds.last))"),
                        deadline: session.timeLeft + PostgresLimits.cancellation)
                    try await cursor.advance(through: bounds, batchSize: batchSize)
                    session.boundary("batch:backfill")
                    return changed
                }
            }
            session.boundary("batched:backfill")
            return FilledBatch(changedRows: changed, took: took)
        } catch let error as PostgresError where error.isLockTrouble || error.sqlState == "40001" {
            return nil
        } catch {
            throw StepRun(step, cause: cause, session: session).explanation(of: error, at: 0)
        }
    }

    /// Waits while the server or the application is better left alone.
    private func standBack(because pressure: BackfillPressure) async throws {
        let start = ContinuousClock.now
        var told: String?
        while let reason = try await hindrance(pressure) {
            if told != reason { session.tell(.paused(step.name, reason: reason)) }
            told = reason
            let waited = ContinuousClock.now - start
            guard (waited < limits.pausePatience), session.timeLeft > .milliseconds(1) else {
                throw ExecutionError.backfillPaused(step.name, file: step.step.file, waited: waited, reason: reason)
            }
            try await Task.sleep(for: limits.lookPause)
        }
    }

    private func hindrance(_ pressure: BackfillPressure) async throws -> String? {
        if let trouble = await applicationTrouble() { return trouble }
        return try await pressure.reason()
    }
}
