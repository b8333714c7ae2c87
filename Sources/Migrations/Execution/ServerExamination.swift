import Postgres

/// Whether a server and a role are fit for migrations.
enum ServerExamination {
    /// Throws `ExecutionError.serverTooOld` or `.missingRight`; `oldest` is a `server_version_num`.
    static func refuseUnfit(_ connection: PostgresConnection, oldest: Int) async throws {
        let rows = try await connection.query(
            """
            SELECT current_setting('server_version_num')::int AS number, current_setting('server_version') AS version,
                current_user::text AS role, current_database()::text AS database,
                CASE WHEN to_regnamespace('switchyard') IS NULL
                    THEN has_database_privilege(current_database(), 'CREATE')
                    ELSE has_schema_privilege('switchyard', 'USAGE')
                        AND (to_regclass('switchyard.migration_statements') IS NOT NULL
                            OR has_schema_privilege('switchyard', 'CREATE')) END AS may_record
            """)
        let row = rows[0]
        guard try row.decode("number", as: Int.self) >= oldest else {
            throw ExecutionError.serverTooOld(version: try row.decode("version"))
        }
        guard try row.decode("may_record") else {
            throw ExecutionError.missingRight(
                role: try row.decode("role"), database: try row.decode("database"),
                right: "the right to keep the history (CREATE on the database, or on its schema switchyard)")
        }
    }
}
