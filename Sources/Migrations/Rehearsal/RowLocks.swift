import Postgres

/// Counts the rows of a table that a transaction keeps others from changing, as one of the others.
///
/// No view shows row locks, and a lock that only keeps a row from being deleted (of a foreign key) looks like any other:
/// so a second session asks for what an UPDATE asks for, and counts what it does not get.
struct RowLocks {
    let limits: RehearsalLimits

    /// None where the table as a whole is locked, which is told elsewhere.
    func count(in table: RelationName, of clone: PostgresAddress) async throws -> Int {
        try await PostgresConnection.using(clone, applicationName: StatementTracer.applicationName) { connection in
            try await connection.execute("BEGIN")
            try await connection.execute("SET LOCAL lock_timeout = '50ms'")
            var locked = 0
            do {
                locked = try await connection.query(
                    """
                    SELECT (SELECT count(*) FROM ONLY \(unescaped: table.sql)) - (SELECT count(*) FROM (
                        SELECT FROM ONLY \(unescaped: table.sql) FOR NO KEY UPDATE SKIP LOCKED) free) AS locked
                    """, deadline: limits.statement)[0].decode("locked")
            } catch PostgresError.server("55P03", _, _, _) {
                // Whoever holds the table keeps it from all.
            }
            try await connection.execute("ROLLBACK")
            return locked
        }
    }
}
