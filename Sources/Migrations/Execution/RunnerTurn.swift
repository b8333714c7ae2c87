import Glibc
import Postgres

/// The turn at a database: one run of migrations at a time, for as long as this connection lives.
///
/// It is asked for again and again and never queued for, because a session that queues for an advisory lock and one
/// that builds an index concurrently wait for each other.
struct RunnerTurn {
    private let connection: PostgresConnection

    /// What the turn is for.
    enum Purpose {
        /// The whole run; also respected by the versions of Switchyard that ran a release's expand files whole.
        case run
        /// One session's statements; its server process may live on for a while when the run is killed.
        case statements

        /// Names among the advisory locks of a database: "swyardex" and "swyardst" in ASCII.
        var key: Int {
            switch self {
            case .run: 0x7377_7961_7264_6578
            case .statements: 0x7377_7961_7264_7374
            }
        }
    }

    static func applicationName(of command: String) -> String { "switchyard \(command) (process \(getpid()))" }

    /// Takes the turn for the life of the connection, or throws `ExecutionError.busy` with who has it.
    static func take(
        _ purpose: Purpose, on connection: PostgresConnection, limits: ExecutionLimits,
        tell: (ExecutionEvent) -> Void
    ) async throws -> RunnerTurn {
        let start = ContinuousClock.now
        var rhythm = ReportRhythm()
        while true {
            let rows = try await connection.query("SELECT pg_try_advisory_lock(\(purpose.key)) AS taken")
            if try rows[0].decode("taken") { return RunnerTurn(connection: connection) }
            let holder = try await Self.holder(of: purpose, seenBy: connection)
            guard start.duration(to: .now) < limits.turnWait else {
                throw ExecutionError.busy(holder: holder, waited: limits.turnWait)
            }
            if let holder, rhythm.isDue(every: limits.reportPause) {
                tell(.waitingForTurn(holder: holder))
            }
            try await Task.sleep(for: limits.turnPause)
        }
    }

    private static func holder(of purpose: Purpose, seenBy connection: PostgresConnection) async throws -> String? {
        let rows = try await connection.query(
            """
            SELECT pid, application_name, usename::text AS usename,
                to_char(backend_start AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') AS since
            FROM pg_locks JOIN pg_stat_activity USING (pid)
            WHERE locktype = 'advisory' AND granted AND objsubid = 1
                AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
                AND classid::bigint = \(purpose.key >> 32) AND objid::bigint = \(purpose.key & 0xffff_ffff)
            """)
        guard let row = rows.first else { return nil }
        let since = try row.decode("since", as: String?.self).map { ", since \($0)" } ?? ""
        return try "pid \(row.decode("pid", as: Int.self)), '\(row.decode("application_name", as: String.self))', user "
            + "\(row.decode("usename", as: String.self))\(since)"
    }
}
