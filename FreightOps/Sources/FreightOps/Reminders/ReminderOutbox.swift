import Postgres

/// The outbox of reminders: what is due is noted once for each load and kind, and each note is sent once.
///
/// Sending puts the message into the recipient's in-tray, which is a table of the same database, in the transaction that
/// marks the reminder as sent. A worker that dies in between therefore leaves neither, and another one sends it.
package struct ReminderOutbox: Sendable {
    let database: FreightDatabase

    package init(database: FreightDatabase) {
        self.database = database
    }

    /// Notes the reminders that have become due; returns how many are new.
    package func noteDue() async throws -> Int {
        try await database.execute(
            """
            INSERT INTO reminders (load_id, kind)
            SELECT l.id, due.kind
            FROM loads l
            JOIN LATERAL (VALUES
                ('pickup', l.status = 'booked' AND l.pickup_at < now() + interval '24 hours'),
                ('delivery', l.status = 'dispatched' AND l.deliver_by < now() + interval '24 hours')
            ) AS due (kind, is_due) ON due.is_due
            WHERE l.status <> 'delivered'
              AND NOT EXISTS (SELECT FROM reminders r WHERE r.load_id = l.id AND r.kind = due.kind)
            ORDER BY l.pickup_at LIMIT \(Limits.housekeepingBatchSize)
            ON CONFLICT (load_id, kind) DO NOTHING
            """
        )
    }

    /// Sends the oldest reminders that no other worker has in hand; returns how many.
    package func sendBatch(size: Int = Limits.remindersPerBatch) async throws -> Int {
        try await database.transaction { connection in
            let claimed = try await connection.query(
                """
                SELECT r.id, r.kind, r.load_id, c.name AS customer, d.phone, l.origin, l.destination
                FROM reminders r
                JOIN loads l ON l.id = r.load_id
                JOIN customers c ON c.id = l.customer_id
                LEFT JOIN drivers d ON d.id = l.driver_id
                WHERE r.sent_at IS NULL
                ORDER BY r.id LIMIT \(size)
                FOR UPDATE OF r SKIP LOCKED
                """
            )
            for row in claimed { try await send(row, over: connection) }
            return claimed.count
        }
    }

    private func send(_ row: PostgresRow, over connection: PostgresConnection) async throws {
        let id: Int = try row.decode("id")
        let load: Int = try row.decode("load_id")
        let phone: String? = try row.decode("phone")
        let customer: String = try row.decode("customer")
        let origin: String = try row.decode("origin")
        let destination: String = try row.decode("destination")
        let isPickup = try row.decode("kind", as: String.self) == "pickup"
        let recipient = isPickup ? customer : phone ?? customer
        let body =
            isPickup
            ? "Load \(load) is to be picked up in \(origin) within a day and has no vehicle yet."
            : "Load \(load) is due in \(destination) within a day."
        try await connection.execute(
            """
            WITH message AS (
                INSERT INTO messages (reminder_id, recipient, body) VALUES (\(id), \(recipient), \(body))
            )
            UPDATE reminders SET sent_at = now() WHERE id = \(id)
            """
        )
    }
}
