import Postgres

/// The history of loads in the database.
struct LoadEventStore {
    let database: FreightDatabase

    /// A place in the history.
    struct Position: Sendable {
        /// A transaction's number as PostgreSQL writes its `xid8`.
        var transaction: String
        var event: Int
    }

    /// Behind all that is in the history and all that is still being written.
    func end() async throws -> Position {
        let rows = try await database.query("SELECT pg_snapshot_xmin(pg_current_snapshot())::text AS transaction")
        return try Position(transaction: rows.first?.decode("transaction") ?? "0", event: 0)
    }

    /// What follows the position, oldest first, and the position behind it.
    ///
    /// Events of transactions that could still be overtaken by an older one are left for the next call, so that none
    /// is ever passed over.
    func events(after position: Position) async throws -> (events: [LoadEvent], end: Position) {
        let rows = try await database.query(
            """
            SELECT id, transaction_id::text AS transaction, load_id, status,
                   to_char(happened_at, 'YYYY-MM-DD"T"HH24:MI:SS"Z"') AS happened_at
            FROM load_events
            WHERE (transaction_id, id) > (\(position.transaction)::xid8, \(position.event))
              AND transaction_id < pg_snapshot_xmin(pg_current_snapshot())
            ORDER BY transaction_id, id LIMIT \(Limits.eventsPerPoll)
            """
        )
        let events = try rows.map { row in
            try LoadEvent(
                loadId: row.decode("load_id"), status: row.decode("status"), happenedAt: row.decode("happened_at")
            )
        }
        guard let last = rows.last else { return (events, position) }
        return try (events, Position(transaction: last.decode("transaction"), event: last.decode("id")))
    }

    /// Forgets the oldest events; returns how many.
    func removeOld() async throws -> Int {
        try await database.execute(
            """
            DELETE FROM load_events WHERE id IN (
                SELECT id FROM load_events
                WHERE happened_at < now() - make_interval(days => \(Int32(Limits.eventRetentionDays)))
                ORDER BY happened_at LIMIT \(Limits.housekeepingBatchSize)
            )
            """
        )
    }
}
