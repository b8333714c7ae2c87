import Postgres

/// The loads in the database, and how they move on.
struct LoadStore {
    let database: FreightDatabase

    func load(_ id: Load.ID) async throws -> Load {
        let rows = try await database.query("\(unescaped: Self.selection) WHERE l.id = \(id)")
        guard let row = rows.first else { throw FreightError.unknownLoad(id) }
        return try Load(row)
    }

    /// One page of loads, the newest first; pages are counted from 1.
    func loads(status: LoadStatus?, page: Int = 1, limit: Int = Limits.loadsPerPage) async throws -> [Load] {
        let offset = (page - 1) * limit
        let rows =
            if let status {
                try await database.query(
                    """
                    \(unescaped: Self.selection) WHERE l.status = \(status.rawValue)
                    ORDER BY l.id DESC LIMIT \(limit) OFFSET \(offset)
                    """
                )
            } else {
                try await database.query(
                    "\(unescaped: Self.selection) ORDER BY l.id DESC LIMIT \(limit) OFFSET \(offset)"
                )
            }
        return try rows.map(Load.init)
    }

    /// The loads of a status in the order in which they have to be picked up.
    func nextLoads(status: LoadStatus, limit: Int) async throws -> [Load] {
        // The open loads' index serves this order; its condition has to be repeated to be recognised.
        let rows = try await database.query(
            """
            \(unescaped: Self.selection) WHERE l.status = \(status.rawValue) AND l.status <> 'delivered'
            ORDER BY l.pickup_at, l.id LIMIT \(limit)
            """
        )
        return try rows.map(Load.init)
    }

    private static let selection = """
        SELECT l.id, l.customer_id, c.name AS customer, l.cargo, l.origin, l.destination, l.weight_kilograms,
               l.price_cents, l.status, l.vehicle_id, v.plate AS vehicle, l.driver_id, d.name AS driver,
               to_char(l.pickup_at, 'YYYY-MM-DD"T"HH24:MI:SS"Z"') AS pickup_at,
               to_char(l.deliver_by, 'YYYY-MM-DD"T"HH24:MI:SS"Z"') AS deliver_by,
               l.overdue_since IS NOT NULL AS is_overdue
        FROM loads l
        JOIN customers c ON c.id = l.customer_id
        LEFT JOIN vehicles v ON v.id = l.vehicle_id
        LEFT JOIN drivers d ON d.id = l.driver_id
        """
}

extension Load {
    fileprivate init(_ row: PostgresRow) throws {
        let statusName: String = try row.decode("status")
        guard let status = LoadStatus(rawValue: statusName) else {
            throw PostgresError.decoding(column: "status", type: "LoadStatus", reason: "it has no such case")
        }
        try self.init(
            id: row.decode("id"),
            customerId: row.decode("customer_id"),
            customer: row.decode("customer"),
            cargo: row.decode("cargo"),
            origin: row.decode("origin"),
            destination: row.decode("destination"),
            weightKilograms: row.decode("weight_kilograms"),
            priceCents: row.decode("price_cents"),
            status: status,
            vehicleId: row.decode("vehicle_id"),
            vehicle: row.decode("vehicle"),
            driverId: row.decode("driver_id"),
            driver: row.decode("driver"),
            pickupAt: row.decode("pickup_at"),
            deliverBy: row.decode("deliver_by"),
            isOverdue: row.decode("is_overdue")
        )
    }
}
