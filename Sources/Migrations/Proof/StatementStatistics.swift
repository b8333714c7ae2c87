package import Foundation
package import Postgres

/// What `pg_stat_statements` has counted for a database at one time, and what it cannot tell.
package struct StatementStatistics: Sendable {
    package let counts: [Count]
    /// Why statements that are sent now may be missing; empty where nothing is known to be.
    package let gaps: [String]
    /// Why statements that were sent before may be missing: what the server has forgotten.
    package let losses: [String]
    /// How often the server has forgotten statements for want of room.
    package let evictions: Int
    /// When somebody set all counts back to nothing; nil where it was never done since the server's start.
    package let resetAt: Date?

    package init(counts: [Count], gaps: [String], losses: [String] = [], evictions: Int, resetAt: Date?) {
        self.counts = counts
        self.gaps = gaps
        self.losses = losses
        self.evictions = evictions
        self.resetAt = resetAt
    }

    /// All that was counted.
    package var calls: Int { counts.reduce(0) { $0 + $1.calls } }

    /// How often one role has sent one statement, its values left out.
    package struct Count: Sendable, Equatable {
        package let role: String
        package let text: String
        package let calls: Int

        package init(role: String, text: String, calls: Int) {
            self.role = role
            self.text = text
            self.calls = calls
        }
    }

    /// Reads the counts of a database, by default of the one that the connection is in.
    ///
    /// Switchyard's own statements, which name its schema or carry its mark, are not among them. Where the extension is
    /// missing there, the answer has a gap and no count.
    package static func read(
        of database: String? = nil, on connection: PostgresConnection
    ) async throws -> StatementStatistics {
        let schemas = try await connection.query(
            """
            SELECT n.nspname AS schema FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace
            WHERE e.extname = 'pg_stat_statements'
            """)
        guard let schema = try schemas.first?.decode("schema", as: String.self) else {
            return .unknown("The extension pg_stat_statements is not in the database, so its statements are unknown.")
        }
        do {
            return try await read(of: database, from: schema, on: connection)
        } catch let refusal as PostgresError where refusal.sqlState != nil {
            return .unknown("pg_stat_statements cannot be read. \(refusal)")
        }
    }

    /// Of a server that does not count.
    package static func unknown(_ gap: String) -> StatementStatistics {
        StatementStatistics(counts: [], gaps: [gap], evictions: 0, resetAt: nil)
    }

    private static func read(
        of database: String?, from schema: String, on connection: PostgresConnection
    ) async throws -> StatementStatistics {
        let rows = try await connection.query(
            """
            SELECT r.rolname::text AS role, s.query AS text, sum(s.calls)::bigint AS calls
            FROM \(identifier: schema).pg_stat_statements s
                JOIN pg_database d ON d.oid = s.dbid JOIN pg_roles r ON r.oid = s.userid
            WHERE d.datname = coalesce(\(database), current_database()) AND s.toplevel AND s.query NOT LIKE '%pg_catalog%'
                AND s.query NOT LIKE '%pg_stat_%' AND s.query NOT LIKE '%pg_class%' AND s.query NOT LIKE '%switchyard.%'
            GROUP BY r.rolname, s.query ORDER BY sum(s.calls) DESC
            LIMIT \(unescaped: String(RehearsalLimits.observedStatements + 1))
            """)
        let counts = try rows.map { row in
            try Count(role: row.decode("role"), text: row.decode("text"), calls: row.decode("calls"))
        }
        let info = try await connection.query(
            """
            SELECT dealloc, extract(epoch FROM stats_reset)::float8 AS reset,
                stats_reset > pg_postmaster_start_time() + interval '10 s' AS is_reset
            FROM \(identifier: schema).pg_stat_statements_info
            """)[0]
        let isReset = try info.decode("is_reset", as: Bool?.self) == true
        let resetAt = try isReset ? info.decode("reset", as: Double?.self).map(Date.init(timeIntervalSince1970:)) : nil
        let evictions: Int = try info.decode("dealloc")
        return StatementStatistics(
            counts: counts, gaps: gaps(in: counts), losses: losses(evictions: evictions, resetAt: resetAt),
            evictions: evictions, resetAt: resetAt)
    }

    private static func losses(evictions: Int, resetAt: Date?) -> [String] {
        var losses: [String] = []
        if evictions > 0 {
            losses.append("pg_stat_statements ran full and forgot statements \(evictions.grouped) times.")
        }
        if let resetAt { losses.append("pg_stat_statements was reset at \(resetAt.formatted(.iso8601)).") }
        return losses
    }

    private static func gaps(in counts: [Count]) -> [String] {
        var gaps: [String] = []
        if counts.count > RehearsalLimits.observedStatements {
            gaps.append(
                "More than \(RehearsalLimits.observedStatements.grouped) statements are sent; the rarest are not looked at."
            )
        }
        if counts.contains(where: { $0.text == hidden }) {
            gaps.append("Statements of other roles are hidden: GRANT pg_read_all_stats to the role.")
        }
        return gaps
    }

    /// What the server shows instead of a text that the role may not read.
    private static let hidden = "<insufficient privilege>"
}
