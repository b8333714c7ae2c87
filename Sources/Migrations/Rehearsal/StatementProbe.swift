import Postgres

/// A look at everything that a statement may change, taken before and after it in the same session.
struct StatementProbe {
    let relations: RelationStates
    let locks: Set<RelationLock>
    let writeAheadLogPosition: Int

    /// A lock of our own session on a relation, by its number.
    struct RelationLock: Hashable {
        let relation: Int
        let mode: LockMode
    }

    static func take(on connection: PostgresConnection) async throws -> StatementProbe {
        StatementProbe(
            relations: try await RelationStates.take(on: connection),
            locks: try await locks(ofSession: nil, on: connection),
            writeAheadLogPosition: try await connection.query(
                "SELECT (pg_current_wal_insert_lsn() - '0/0')::bigint AS position")[0].decode("position"))
    }

    /// The locks on relations of the application that a session holds; nil for the asking one.
    static func locks(ofSession process: Int?, on connection: PostgresConnection) async throws -> Set<RelationLock> {
        let rows = try await connection.query(
            """
            SELECT relation::bigint AS relation, mode FROM pg_locks
            WHERE pid = coalesce(\(process)::integer, pg_backend_pid()) AND locktype = 'relation' AND granted
                AND relation >= 16384
                AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
            """)
        return Set(
            try rows.compactMap { row in
                try LockMode(rawValue: row.decode("mode")).map { mode in
                    RelationLock(relation: try row.decode("relation"), mode: mode)
                }
            })
    }
}
