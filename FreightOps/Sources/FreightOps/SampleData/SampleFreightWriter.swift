import Postgres

/// Writes the test data; what is there already is left as it is, so it may run again.
package struct SampleFreightWriter: Sendable {
    private let database: FreightDatabase
    private let schema: VehicleSchema
    private let sample: SampleFreight

    package init(_ settings: FreightSettings, sample: SampleFreight = SampleFreight()) {
        database = FreightDatabase(settings, process: "seed")
        schema = settings.release.vehicleSchema
        self.sample = sample
    }

    /// Returns how many rows were new.
    package func write() async throws -> Int {
        do {
            let count = try await database.transaction { connection in
                try await writeCustomers(connection) + writeDrivers(connection) + writeVehicles(connection)
                    + writeLoads(connection)
            }
            await database.close()
            return count
        } catch {
            await database.close()
            throw error
        }
    }

    private func writeCustomers(_ connection: PostgresConnection) async throws -> Int {
        try await connection.execute(
            """
            INSERT INTO customers (name, city)
            SELECT (\(SampleFreight.cities)::text[])[1 + n % 20] || ' '
                       || (\(SampleFreight.companies)::text[])[1 + n / 20 % 8]
                       || CASE WHEN n >= 160 THEN ' ' || n ELSE '' END,
                   (\(SampleFreight.cities)::text[])[1 + n % 20]
            FROM generate_series(0, \(sample.customers - 1)) AS n
            ON CONFLICT (name) DO NOTHING
            """
        )
    }

    private func writeDrivers(_ connection: PostgresConnection) async throws -> Int {
        try await connection.execute(
            """
            INSERT INTO drivers (name, phone, licence)
            SELECT (\(SampleFreight.firstNames)::text[])[1 + n % 20] || ' '
                       || (\(SampleFreight.lastNames)::text[])[1 + n * 7 % 15],
                   '+49 30 555 ' || lpad(n::text, 4, '0'), 'CE-' || lpad(n::text, 6, '0')
            FROM generate_series(0, \(sample.drivers - 1)) AS n
            ON CONFLICT (licence) DO NOTHING
            """
        )
    }

    /// Writes the columns that the release knows.
    private func writeVehicles(_ connection: PostgresConnection) async throws -> Int {
        let columns =
            switch schema {
            case .typeCode: ["type_code"]
            case .both: ["type_code", "equipment_type"]
            case .equipmentType: ["equipment_type"]
            }
        let values = columns.map { $0 == "type_code" ? "(\(Self.list(\.typeCode)))" : "(\(Self.list(\.rawValue)))" }
        return try await connection.execute(
            """
            INSERT INTO vehicles (plate, capacity_kilograms, \(unescaped: columns.joined(separator: ", ")))
            SELECT 'FO-' || lpad(n::text, 4, '0'), 12000 + 4000 * (n % 8),
                   \(unescaped: values.map { "\($0)[1 + n % 4]" }.joined(separator: ", "))
            FROM generate_series(0, \(sample.vehicles - 1)) AS n
            ON CONFLICT (plate) DO NOTHING
            """
        )
    }

    private static func list(_ word: (Equipment) -> String) -> String {
        "ARRAY[" + Equipment.allCases.map { "'\(word($0))'" }.joined(separator: ", ") + "]"
    }

    /// Three of ten are delivered, a few are on the road, the rest wait; the key makes each load unique.
    private func writeLoads(_ connection: PostgresConnection) async throws -> Int {
        let onTheRoad = min(sample.vehicles, sample.drivers, sample.loads) / 4
        return try await connection.execute(
            """
            WITH fleet AS (
                SELECT array_agg(id ORDER BY id) AS vehicles FROM vehicles WHERE plate LIKE 'FO-%'
            ), crew AS (
                SELECT array_agg(id ORDER BY id) AS drivers FROM drivers WHERE licence LIKE 'CE-%'
            ), shippers AS (
                SELECT array_agg(id ORDER BY id) AS customers FROM customers
            ), planned AS (
                SELECT n, CASE WHEN n < \(onTheRoad) THEN 'dispatched'
                               WHEN n % 10 < 3 THEN 'delivered' ELSE 'booked' END AS status
                FROM generate_series(0, \(sample.loads - 1)) AS n
            )
            INSERT INTO loads (customer_id, cargo, origin, destination, weight_kilograms, price_cents, status,
                               vehicle_id, driver_id, pickup_at, deliver_by, dispatched_at, delivered_at,
                               idempotency_key)
            SELECT customers[1 + n % array_length(customers, 1)],
                   (\(SampleFreight.cargoes)::text[])[1 + n * 5 % 12],
                   (\(SampleFreight.cities)::text[])[1 + n % 20],
                   (\(SampleFreight.cities)::text[])[1 + (n + 1 + n / 20 % 18) % 20],
                   800 + n * 37 % 11000, 45000 + n * 997 % 380000, status,
                   CASE WHEN status <> 'booked' THEN vehicles[1 + n % array_length(vehicles, 1)] END,
                   CASE WHEN status <> 'booked' THEN drivers[1 + n % array_length(drivers, 1)] END,
                   now() + make_interval(hours => (6 + n % 240)::int), now() + make_interval(hours => (60 + n % 240)::int),
                   CASE WHEN status <> 'booked' THEN now() END, CASE WHEN status = 'delivered' THEN now() END,
                   'seed-' || n
            FROM planned, fleet, crew, shippers
            ON CONFLICT DO NOTHING
            """
        )
    }
}
