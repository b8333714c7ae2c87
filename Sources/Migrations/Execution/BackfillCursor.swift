import Postgres

/// Where a backfill stands.
struct BackfillPlace: Sendable, Equatable {
    /// The key of the last row that was seen; nil before the first.
    private(set) var lastKey: String?
    /// The last key when the first run began; nil where the table was empty.
    let finalKey: String?
    /// Rows that were seen.
    private(set) var rows: Int
    let batchSize: Int

    init(lastKey: String?, finalKey: String?, rows: Int, batchSize: Int) {
        self.lastKey = lastKey
        self.finalKey = finalKey
        self.rows = rows
        self.batchSize = batchSize
    }

    mutating func advance(through bounds: BatchBounds) {
        lastKey = bounds.last
        rows += bounds.rows
    }
}

/// The first and last key of a batch, both of rows that are there.
struct BatchBounds: Sendable, Equatable {
    let first: String
    let last: String
    let rows: Int
}

/// The way of a backfill along its key, kept in the database.
struct BackfillCursor {
    let step: ExecutionStep
    let backfill: Backfill
    let connection: PostgresConnection

    /// Stands before what a backfill sends, so that it is not taken for a statement that a release sends.
    static let mark = "/* switchyard.backfill */"

    private var table: String { backfill.table.sql }
    private var key: String { PostgresQuery.quoted(identifier: backfill.key) }

    /// Refuses a key along which rows could be missed or every batch would read the whole table.
    func refuseUnusableKey() async throws {
        guard let fault = try await BackfillKey(of: backfill, on: connection).fault() else { return }
        throw ExecutionError.backfillKey(step.name, file: step.step.file, reason: fault)
    }

    /// Where the last run came to; the first one notes where the end is.
    func begin() async throws -> BackfillPlace {
        if let place = try await kept() { return place }
        let final = try await connection.query(
            """
            \(unescaped: Self.mark) SELECT \(unescaped: key)::text AS key FROM \(unescaped: table)
            ORDER BY \(unescaped: key) DESC LIMIT 1
            """)
        let key = try final.first?.decode("key", as: String.self)
        try await connection.execute(
            """
            INSERT INTO switchyard.migration_backfills (name, script, final_key, batch_size)
            VALUES (\(step.name.rawValue), \(step.sql), \(key), \(backfill.batchSize))
            """)
        return BackfillPlace(lastKey: nil, finalKey: key, rows: 0, batchSize: backfill.batchSize)
    }

    private func kept() async throws -> BackfillPlace? {
        let rows = try await connection.query(
            """
            SELECT script, last_key, final_key, rows, batch_size FROM switchyard.migration_backfills
            WHERE name = \(step.name.rawValue)
            """)
        guard let row = rows.first else { return nil }
        let script: String = try row.decode("script")
        guard script == step.sql else {
            let difference = try await TextDifference.unified(from: script, "applied", to: step.sql, step.step.file)
            throw ExecutionError.edited(step.name, .backfill, file: step.step.file, difference: difference)
        }
        return BackfillPlace(
            lastKey: try row.decode("last_key"), finalKey: try row.decode("final_key"), rows: try row.decode("rows"),
            batchSize: try row.decode("batch_size"))
    }

    /// The next batch; nil when the end is reached.
    func bounds(after last: String?, through final: String?, rows count: Int) async throws -> BatchBounds? {
        guard let final else { return nil }
        let after = last.map { " AND \(key) > \(PostgresQuery.quoted(literal: $0))" } ?? ""
        let rows = try await connection.query(
            """
            \(unescaped: Self.mark)
            SELECT (array_agg(key))[1]::text AS first, (array_agg(key))[count(*)]::text AS last, count(*) AS count
            FROM (SELECT \(unescaped: key) AS key FROM \(unescaped: table)
                WHERE \(unescaped: key) <= \(literal: final)\(unescaped: after)
                ORDER BY \(unescaped: key) LIMIT \(unescaped: String(count))) batch
            """)
        let found: Int = try rows[0].decode("count")
        guard found > 0 else { return nil }
        return BatchBounds(first: try rows[0].decode("first"), last: try rows[0].decode("last"), rows: found)
    }

    /// Notes, in the transaction of a batch, that it was run.
    func advance(through bounds: BatchBounds, batchSize: Int) async throws {
        try await connection.execute(
            """
            UPDATE switchyard.migration_backfills SET last_key = \(bounds.last), rows = rows + \(bounds.rows),
                batches = batches + 1, batch_size = \(batchSize), updated_at = clock_timestamp()
            WHERE name = \(step.name.rawValue)
            """)
    }

    /// About how many rows the table has; nil where it was never analysed.
    func estimatedRows() async throws -> Int? {
        let rows = try await connection.query(
            """
            SELECT CASE WHEN reltuples >= 0 THEN reltuples::bigint END AS rows FROM pg_class
            WHERE oid = to_regclass(\(table))
            """)
        return try rows.first?.decode("rows")
    }
}
