import Postgres

/// How long a backfill gives way to locks of the application before it ends for now.
struct BackfillPatience {
    let step: ExecutionStep
    let table: RelationName
    let session: ExecutionSession
    private var since: ContinuousClock.Instant?
    private var rhythm = ReportRhythm()

    init(step: ExecutionStep, table: RelationName, session: ExecutionSession) {
        self.step = step
        self.table = table
        self.session = session
    }

    /// Notes that something was done.
    mutating func wentOn() { since = nil }

    /// Repeats what a lock keeps from being done; throws `ExecutionError.backfillPaused` when the patience is over.
    mutating func insisting<Value>(_ work: () async throws -> Value) async throws -> Value {
        while true {
            do {
                return try await work()
            } catch let error as PostgresError where error.isLockTrouble {
                try await gaveWay()
            }
        }
    }

    /// Lets the application pass after an attempt in vain, and tells now and then who is waited for.
    mutating func gaveWay() async throws {
        let start = since ?? .now
        since = start
        let waited = start.duration(to: .now)
        let isLate = waited > session.limits.lockPatience || session.timeLeft <= .milliseconds(1)
        if isLate || rhythm.isDue(every: session.limits.reportPause) {
            let holders = try await holders()
            guard !isLate else {
                throw ExecutionError.backfillPaused(
                    step.name, file: step.step.file, waited: waited, reason: Self.reason(table, holders))
            }
            let position = SQLPosition(file: step.step.file, line: step.step.firstLine, column: 1)
            session.tell(.waitingForLock(step.name, position, waited: waited, holders: holders))
        }
        try await Task.sleep(for: session.limits.retryPause)
    }

    /// Who changes or locks rows of the table, or keeps it to himself, in a transaction that has lasted.
    private func holders() async throws -> [LockHolder] {
        let demands = try await session.probe.demands(of: [ForeseenLock(relation: table, mode: .exclusive)])
        return try await session.probe.oldHolders(against: demands)
    }

    private static func reason(_ table: RelationName, _ holders: [LockHolder]) -> String {
        let who = holders.isEmpty ? "" : ": " + holders.prefix(3).map { "\($0)" }.joined(separator: "; ")
        return "\(table) or rows of it are locked\(who)"
    }
}
