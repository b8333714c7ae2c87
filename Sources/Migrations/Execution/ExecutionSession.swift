import Postgres

/// What one step runs with: a session for its statements, one that looks at the first, and everybody's limits.
struct ExecutionSession: Sendable {
    let worker: PostgresConnection
    let probe: LockProbe
    let limits: ExecutionLimits
    let end: ContinuousClock.Instant
    let tell: @Sendable (ExecutionEvent) -> Void
    let boundary: @Sendable (String) -> Void

    var history: MigrationHistory { MigrationHistory(connection: worker) }
    /// Whether the server's limit of a statement may have been the reason that it was cancelled.
    var isNearEnd: Bool { timeLeft < .milliseconds(50) }
    var timeLeft: Duration { max(.milliseconds(1), end - .now) }

    /// Lends a session of its own to a step: a step's SET must not reach the next one.
    static func using<Value>(
        _ address: PostgresAddress, phase: MigrationPhase, limits: ExecutionLimits, end: ContinuousClock.Instant,
        tell: @escaping @Sendable (ExecutionEvent) -> Void, boundary: @escaping @Sendable (String) -> Void,
        _ body: (ExecutionSession) async throws -> Value
    ) async throws -> Value {
        try await PostgresConnection.using(address, applicationName: "switchyard \(phase.rawValue)") { worker in
            try await PostgresConnection.using(address, applicationName: "switchyard lock probe") { prober in
                // The server process of a run that was killed may still be at its last statement.
                _ = try await RunnerTurn.take(.statements, on: worker, limits: limits, tell: tell)
                let process: Int = try await worker.query("SELECT pg_backend_pid() AS pid")[0].decode("pid")
                let cancelsAutovacuum = try await worker.prepareForStatements()
                // The login role may see others' transactions where the role that it acts as may not.
                try await prober.execute("SET ROLE NONE")
                let probe = LockProbe(
                    connection: prober, worker: process, oldTransaction: limits.oldTransaction,
                    ignoresAutovacuum: cancelsAutovacuum)
                return try await body(
                    ExecutionSession(
                        worker: worker, probe: probe, limits: limits, end: end, tell: tell, boundary: boundary))
            }
        }
    }
}

extension PostgresConnection {
    /// Sets what holds for all statements of a step; tells whether the server ends an autovacuum for them.
    fileprivate func prepareForStatements() async throws -> Bool {
        // The history's schema must not become the "$user" schema where a role of that name puts its tables.
        try await execute("SELECT set_config('search_path', 'public', false) WHERE current_user = 'switchyard'")
        // The server's own limit holds when this process is gone.
        try await set("client_connection_check_interval", .seconds(1))
        // A login role may be allowed what the role that it acts as is not.
        try await execute("SET ROLE NONE")
        // An autovacuum gives way to who has waited this long, which is sooner than our place in the queue ends.
        let rows = try await query(
            """
            SELECT set_config('deadlock_timeout', '10', false)
            WHERE has_parameter_privilege(current_user, 'deadlock_timeout', 'SET')
            """)
        try await execute("RESET ROLE")
        return !rows.isEmpty
    }
}
