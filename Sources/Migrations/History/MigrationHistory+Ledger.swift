import Domain
import Postgres

/// A statement of a step that was begun.
struct LedgerEntry: Sendable, Equatable {
    /// From 1, in the order of the file.
    let number: Int
    let statement: String
    /// The invalid indexes that were there before it; nil for statements that run in a transaction.
    let invalidBefore: [String]?
    let isFinished: Bool
}

extension MigrationHistory {
    /// The statements of a step that were begun, in their order.
    func ledger(of name: MigrationName, _ phase: MigrationPhase) async throws -> [LedgerEntry] {
        try await connection.query(
            """
            SELECT number, statement, invalid_before, finished_at IS NOT NULL AS finished
            FROM switchyard.migration_statements
            WHERE name = \(name.rawValue) AND phase = \(phase.rawValue) ORDER BY number
            """
        ).map { row in
            try LedgerEntry(
                number: row.decode("number"), statement: row.decode("statement"),
                invalidBefore: row.decode("invalid_before"), isFinished: row.decode("finished"))
        }
    }

    /// Records a statement that runs in the transaction of this record.
    func finish(_ number: Int, _ statement: SQLStatement, of step: ExecutionStep) async throws {
        try await connection.execute(
            """
            INSERT INTO switchyard.migration_statements (name, phase, number, statement, finished_at)
            VALUES (\(step.name.rawValue), \(step.phase.rawValue), \(number), \(statement.text), clock_timestamp())
            """)
    }

    /// Records that a statement begins which no transaction can hold.
    func begin(
        _ number: Int, _ statement: SQLStatement, of step: ExecutionStep, invalidIndexes: [String]
    ) async throws {
        try await connection.execute(
            """
            INSERT INTO switchyard.migration_statements (name, phase, number, statement, invalid_before)
            VALUES (\(step.name.rawValue), \(step.phase.rawValue), \(number), \(statement.text), \(invalidIndexes))
            """)
    }

    /// Records that a statement ended which no transaction can hold.
    func finishBegun(_ number: Int, _ statement: SQLStatement, of step: ExecutionStep) async throws {
        try await connection.execute(
            """
            INSERT INTO switchyard.migration_statements (name, phase, number, statement, finished_at)
            VALUES (\(step.name.rawValue), \(step.phase.rawValue), \(number), \(statement.text), clock_timestamp())
            ON CONFLICT (name, phase, number) DO UPDATE SET finished_at = excluded.finished_at
            """)
    }

    /// Forgets a statement that failed and left nothing behind.
    func forget(_ number: Int, of step: ExecutionStep) async throws {
        try await connection.execute(
            """
            DELETE FROM switchyard.migration_statements
            WHERE name = \(step.name.rawValue) AND phase = \(step.phase.rawValue) AND number = \(number)
            """)
    }

    /// Records that a step is done, in the transaction of its last statement where that has one.
    func complete(
        _ step: ExecutionStep, cause: ExecutionCause, origin: AppliedStep.Origin = .applied, duration: Duration
    ) async throws {
        let milliseconds = Int(duration / .milliseconds(1))
        if step.phase == .revert {
            for table in ["migrations", "migration_statements", "migration_backfills"] {
                try await connection.execute(
                    "DELETE FROM switchyard.\(identifier: table) WHERE name = \(step.name.rawValue)")
            }
        } else {
            try await connection.execute(
                """
                INSERT INTO switchyard.migrations
                    (name, phase, sha256, release, deployment, duration_ms, author, plan_digest, script, origin)
                VALUES (\(step.name.rawValue), \(step.phase.rawValue), \(step.sha256), \(cause.release?.rawValue),
                    \(cause.deployment?.number), \(milliseconds), \(cause.author), \(cause.planDigest), \(step.sql),
                    \(origin.rawValue))
                """)
        }
        let action: HistoryEvent.Action =
            origin == .baseline ? .baselined : step.phase == .revert ? .reverted : .applied
        try await connection.execute(
            """
            INSERT INTO switchyard.migration_events
                (name, phase, action, sha256, author, release, deployment, plan_digest, started_at, duration_ms)
            VALUES (\(step.name.rawValue), \(step.phase.rawValue), \(action.rawValue), \(step.sha256), \(cause.author),
                \(cause.release?.rawValue), \(cause.deployment?.number), \(cause.planDigest),
                clock_timestamp() - \(milliseconds) * interval '1 ms', \(milliseconds))
            """)
    }
}

extension PostgresConnection {
    /// Sets a time for the rest of the transaction; at least a millisecond, because 0 would mean no limit.
    func setLocal(_ setting: String, _ duration: Duration) async throws {
        try await set(setting, duration, local: true)
    }

    func set(_ setting: String, _ duration: Duration, local: Bool = false) async throws {
        let milliseconds = max(1, Int(min(duration, .seconds(2_000_000)) / .milliseconds(1)))
        try await execute("SELECT set_config(\(setting), \(String(milliseconds)), \(local))")
    }
}
