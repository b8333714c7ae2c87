import Postgres

/// The pool of connections that all of FreightOps goes through.
///
/// A database that cannot be reached is `FreightError.databaseUnavailable`; what the database refuses stays
/// `PostgresError.server`, because only who asked knows what it means.
package struct FreightDatabase: Sendable {
    private let pool: PostgresPool
    private let chaos: ChaosSwitches

    package init(_ settings: FreightSettings, process: String) {
        pool = PostgresPool(
            address: settings.database,
            size: settings.poolSize,
            applicationName: "freightops \(process) \(settings.release.version)",
            waitLimit: Limits.databaseWait,
            connectDeadline: Limits.databaseConnect
        )
        chaos = settings.chaos
    }

    func query(
        _ query: PostgresQuery, deadline: Duration = Limits.databaseStatement
    ) async throws -> [PostgresRow] {
        try await withConnection { try await $0.query(query, deadline: deadline) }
    }

    /// Returns the number of rows that the statement touched.
    @discardableResult
    func execute(_ query: PostgresQuery, deadline: Duration = Limits.databaseStatement) async throws -> Int {
        try await withConnection { try await $0.execute(query, deadline: deadline) }
    }

    func transaction<Value>(
        _ body: nonisolated(nonsending) (PostgresConnection) async throws -> Value
    ) async throws -> Value {
        try await withConnection { try await $0.transaction(body) }
    }

    /// Whether the database answers within the deadline; throws why it does not.
    func check() async throws {
        _ = try await query("SELECT 1", deadline: Limits.databaseHealthDeadline)
    }

    func close() async {
        await pool.close()
    }

    private func withConnection<Value>(
        _ body: nonisolated(nonsending) (PostgresConnection) async throws -> Value
    ) async throws -> Value {
        guard !chaos.databaseRefused || !chaos.isArmed else {
            throw FreightError.databaseUnavailable(reason: "CHAOS_DATABASE_REFUSED is set")
        }
        do {
            return try await pool.withConnection(body)
        } catch let error as PostgresError where error.isUnavailability {
            throw FreightError.databaseUnavailable(reason: "\(error)")
        }
    }
}

extension PostgresError {
    /// Whether the database, and not the statement, is the trouble.
    fileprivate var isUnavailability: Bool {
        switch self {
        case .connect, .connectionLost, .timeout, .poolExhausted, .poolClosed: true
        // 57P01 to 57P03: the server is being shut down or is still starting; 53300: it has no connection left.
        case .server(let sqlState, _, _, _): sqlState.hasPrefix("57P0") || sqlState == "53300"
        default: false
        }
    }

    /// Whether the named constraint refused the statement; `sqlState` 23505 is unique_violation, 23503
    /// foreign_key_violation.
    func isViolation(_ sqlState: String, of constraint: String) -> Bool {
        guard case .server(sqlState, let message, _, _) = self else { return false }
        return message.contains("\"\(constraint)\"")
    }
}
