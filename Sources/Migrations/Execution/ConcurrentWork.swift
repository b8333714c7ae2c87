import Postgres

/// A statement that leaves something behind when it is cut off, and what of it can be found in the catalog.
struct ConcurrentWork {
    private let statement: SQLStatement
    private let connection: PostgresConnection

    init(_ statement: SQLStatement, on connection: PostgresConnection) {
        self.statement = statement
        self.connection = connection
    }

    /// Invalid indexes that this statement left, as quoted names with their schemas; `invalidBefore` were there before
    /// it, nil where that is not known.
    func remains(of invalidBefore: [String]?) async throws -> [String] {
        switch statement.kind {
        case .createIndex(let index):
            guard let name = index.name else { return [] }
            return try await Self.invalidIndexes(named: name, of: index.table, on: connection)
        case .reindex:
            guard let invalidBefore else { return [] }
            return try await Self.invalidIndexes(on: connection).filter { index in
                !invalidBefore.contains(index) && index.contains(/_cc(new|old)[0-9]*"?$/)
            }
        default: return []
        }
    }

    /// Whether the catalog already is as the statement would make it.
    func isDone() async throws -> Bool {
        switch statement.kind {
        case .createIndex(let index):
            guard let name = index.name else { return false }
            let rows = try await connection.query(
                """
                SELECT FROM pg_index JOIN pg_class ON pg_class.oid = indexrelid
                WHERE indrelid = to_regclass(\(index.table.sql)) AND relname = \(name) AND indisvalid
                """)
            return !rows.isEmpty
        case .drop(_, let names, concurrently: true, _):
            for name in names {
                let rows = try await connection.query("SELECT WHERE to_regclass(\(name.sql)) IS NOT NULL")
                if !rows.isEmpty { return false }
            }
            return true
        case .alterTable(let parent, let changes):
            for case .detachPartition(let partition, concurrently: true) in changes {
                let rows = try await connection.query(
                    """
                    SELECT FROM pg_inherits
                    WHERE inhparent = to_regclass(\(parent.sql)) AND inhrelid = to_regclass(\(partition.sql))
                    """)
                if !rows.isEmpty { return false }
            }
            return true
        default: return false
        }
    }

    /// What brings it to its end where another run began it; nil where that is the statement itself.
    func continuation() async throws -> String? {
        guard case .alterTable(let parent, let changes) = statement.kind else { return nil }
        for case .detachPartition(let partition, concurrently: true) in changes {
            let rows = try await connection.query(
                "SELECT FROM pg_inherits WHERE inhrelid = to_regclass(\(partition.sql)) AND inhdetachpending")
            if !rows.isEmpty { return "ALTER TABLE \(parent.sql) DETACH PARTITION \(partition.sql) FINALIZE" }
        }
        return nil
    }

    /// The invalid indexes that nobody is building: all of them, or the one of this name on this table.
    static func invalidIndexes(
        named name: String? = nil, of table: RelationName? = nil, on connection: PostgresConnection
    ) async throws -> [String] {
        let rows = try await connection.query(
            """
            SELECT format('%I.%I', nspname, relname) AS name
            FROM pg_index JOIN pg_class ON pg_class.oid = indexrelid
            JOIN pg_namespace ON pg_namespace.oid = relnamespace
            WHERE NOT indisvalid AND relkind = 'i' AND nspname <> 'pg_toast'
                AND (\(name)::text IS NULL OR (relname = \(name) AND indrelid = to_regclass(\(table?.sql))))
                AND NOT EXISTS (SELECT FROM pg_stat_progress_create_index WHERE index_relid = indexrelid)
            ORDER BY name
            """)
        return try rows.map { try $0.decode("name") }
    }
}
