import Postgres

/// The drivers in the database.
struct DriverStore {
    let database: FreightDatabase

    /// In order of their numbers; only those who carry no load when `freeOnly` is set.
    func drivers(freeOnly: Bool = false, limit: Int = Limits.largestFleetListing) async throws -> [Driver] {
        let rows = try await database.query(
            """
            SELECT d.id, d.name, d.phone, l.id IS NULL AS is_free
            FROM drivers d LEFT JOIN loads l ON l.driver_id = d.id AND l.status = 'dispatched'
            WHERE NOT \(freeOnly) OR l.id IS NULL
            ORDER BY d.id LIMIT \(limit)
            """
        )
        return try rows.map { row in
            try Driver(
                id: row.decode("id"), name: row.decode("name"), phone: row.decode("phone"),
                isFree: row.decode("is_free")
            )
        }
    }
}
