import Foundation
package import Postgres

/// What the running release asks of its database, and how much of that is known.
package struct ObservedStatements: Sendable {
    package var texts: [String] = []
    /// Why something may be missing; empty where nothing is known to be.
    package var gaps: [String] = []

    package init() {}

    /// Takes the statements of a file; throws `SQLSyntaxError`.
    package mutating func add(file: String, parser: any SQLParser = PgQueryParser()) throws {
        guard let text = try? String(contentsOfFile: file, encoding: .utf8),
            text.utf8.count <= RehearsalLimits.statementsFile
        else {
            throw MigrationError.unreadable(
                path: file, reason: "is no UTF-8 text of at most \(RehearsalLimits.statementsFile) bytes")
        }
        let statements = try parser.statements(in: text, file: file).map(\.text)
        texts += statements
    }

    /// Takes what `pg_stat_statements` has counted for the database, where it is there.
    package mutating func addStatistics(of address: PostgresAddress) async throws {
        let (seen, missing) = try await PostgresConnection.using(
            address, applicationName: StatementTracer.applicationName
        ) { connection in
            try await Self.readStatistics(on: connection)
        }
        texts += seen
        gaps += missing
    }

    /// Those that can be prepared, each once and bounded.
    package var distinct: [String] {
        var seen: Set<String> = []
        return Array(
            texts.filter { $0.canBePrepared && seen.insert($0).inserted }.prefix(RehearsalLimits.observedStatements))
    }

    private static func readStatistics(on connection: PostgresConnection) async throws -> ([String], [String]) {
        let schemas = try await connection.query(
            """
            SELECT n.nspname AS schema FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace
            WHERE e.extname = 'pg_stat_statements'
            """)
        guard let schema = try schemas.first?.decode("schema", as: String.self) else {
            return ([], ["The extension pg_stat_statements is not in the database, so its statements are unknown."])
        }
        do {
            let rows = try await connection.query(
                """
                SELECT s.query FROM \(identifier: schema).pg_stat_statements s JOIN pg_database d ON d.oid = s.dbid
                WHERE d.datname = current_database() AND s.toplevel AND s.query NOT LIKE '%pg_catalog%'
                    AND s.query NOT LIKE '%pg_stat_%' AND s.query NOT LIKE '%pg_class%'
                GROUP BY s.query ORDER BY sum(s.calls) DESC
                LIMIT \(unescaped: String(RehearsalLimits.observedStatements))
                """)
            let texts = try rows.map { try $0.decode("query", as: String.self) }
            return (texts, try await gaps(in: texts, schema: schema, on: connection))
        } catch let refusal as PostgresError where refusal.sqlState != nil {
            return ([], ["pg_stat_statements cannot be read. \(refusal)"])
        }
    }

    private static func gaps(
        in texts: [String], schema: String, on connection: PostgresConnection
    ) async throws -> [String] {
        let row = try await connection.query(
            """
            SELECT dealloc, stats_reset::text AS reset, stats_reset > pg_postmaster_start_time() + interval '10 s' AS is_reset
            FROM \(identifier: schema).pg_stat_statements_info
            """)[0]
        var gaps: [String] = []
        let evictions: Int = try row.decode("dealloc")
        if evictions > 0 {
            gaps.append("pg_stat_statements ran full and forgot statements \(evictions.grouped) times.")
        }
        if try row.decode("is_reset", as: Bool?.self) == true {
            gaps.append("pg_stat_statements was reset at \(try row.decode("reset", as: String.self)).")
        }
        if texts.contains("<insufficient privilege>") {
            gaps.append("Statements of other roles are hidden: GRANT pg_read_all_stats to the role.")
        }
        return gaps
    }
}

extension String {
    fileprivate var canBePrepared: Bool {
        firstMatch(of: #/(?i)^\s*(?:select|insert|update|delete|with|merge|values|table)\b/#) != nil
    }
}
