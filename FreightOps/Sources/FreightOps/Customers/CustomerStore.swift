import Postgres

/// The customers in the database.
struct CustomerStore {
    let database: FreightDatabase

    /// In order of their numbers.
    func customers() async throws -> [Customer] {
        let rows = try await database.query(
            "SELECT id, name, city FROM customers ORDER BY id LIMIT \(Limits.largestFleetListing)"
        )
        return try rows.map { row in
            try Customer(id: row.decode("id"), name: row.decode("name"), city: row.decode("city"))
        }
    }
}
