import Postgres

extension LoadStore {
    /// What came of a request to book.
    struct Booked {
        var load: Load
        /// Whether an earlier request with the same key had booked it.
        var isReplay: Bool
    }

    /// Books a load; a second booking with the same key returns the first one's load.
    ///
    /// Throws `FreightError.idempotencyKeyReused` when the key belongs to a booking that asked for something else.
    func book(_ booking: LoadBooking.Checked, idempotencyKey: String?) async throws -> Booked {
        if let id = try await insert(booking, idempotencyKey) {
            return try await Booked(load: load(id), isReplay: false)
        }
        let rows = try await database.query("SELECT id FROM loads WHERE idempotency_key = \(idempotencyKey)")
        guard let id: Load.ID = try rows.first?.decode("id") else { throw FreightError.idempotencyKeyReused }
        let earlier = try await load(id)
        guard booking.asksFor(earlier) else { throw FreightError.idempotencyKeyReused }
        return Booked(load: earlier, isReplay: true)
    }

    /// Nil when the key is taken already.
    private func insert(_ booking: LoadBooking.Checked, _ idempotencyKey: String?) async throws -> Load.ID? {
        do {
            let rows = try await database.query(
                """
                WITH load AS (
                    INSERT INTO loads (customer_id, cargo, origin, destination, weight_kilograms, price_cents,
                                       pickup_at, deliver_by, idempotency_key)
                    VALUES (\(booking.customer), \(booking.cargo), \(booking.origin), \(booking.destination),
                            \(booking.weightKilograms), \(booking.priceCents),
                            \(booking.pickupAt)::timestamptz, \(booking.deliverBy)::timestamptz, \(idempotencyKey))
                    ON CONFLICT (idempotency_key) DO NOTHING
                    RETURNING id, status
                ), event AS (
                    INSERT INTO load_events (load_id, status) SELECT id, status FROM load
                )
                SELECT id FROM load
                """
            )
            return try rows.first?.decode("id")
        } catch let error as PostgresError where error.isViolation("23503", of: "loads_customer_id_fkey") {
            throw FreightError.unknownCustomer(booking.customer)
        }
    }
}

extension LoadBooking.Checked {
    /// Whether the load is what this booking asks for; times are left out, because they default to the time of asking.
    fileprivate func asksFor(_ load: Load) -> Bool {
        customer == load.customerId && cargo == load.cargo && origin == load.origin
            && destination == load.destination && weightKilograms == load.weightKilograms
            && priceCents == load.priceCents
    }
}
