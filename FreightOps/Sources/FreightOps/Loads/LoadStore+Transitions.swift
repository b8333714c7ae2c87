import Postgres

extension LoadStore {
    /// Gives a booked load a free vehicle and a free driver.
    ///
    /// Who is free is decided by the database's unique indexes in the same statement, so two dispatchers can never
    /// give the same vehicle or driver two loads.
    func dispatch(_ id: Load.ID, vehicle: Vehicle.ID, driver: Driver.ID) async throws -> Load {
        let moved = try await refusalsTranslated(vehicle: vehicle, driver: driver) {
            try await database.query(
                """
                WITH moved AS (
                    UPDATE loads
                    SET status = 'dispatched', vehicle_id = \(vehicle), driver_id = \(driver), dispatched_at = now()
                    WHERE id = \(id) AND status = 'booked'
                      AND weight_kilograms <= coalesce(
                          (SELECT capacity_kilograms FROM vehicles WHERE id = \(vehicle)), weight_kilograms)
                    RETURNING id, status
                ), event AS (
                    INSERT INTO load_events (load_id, status) SELECT id, status FROM moved
                )
                SELECT id FROM moved
                """
            )
        }
        let load = try await load(id)
        guard moved.isEmpty else { return load }
        guard load.status == .booked else {
            throw FreightError.illegalTransition(id, from: load.status, to: .dispatched)
        }
        throw try await tooSmall(vehicle, for: load)
    }

    /// Ends a dispatched load's journey; its price becomes revenue, its vehicle and driver are free.
    func deliver(_ id: Load.ID) async throws -> Load {
        let moved = try await database.query(
            """
            WITH moved AS (
                UPDATE loads SET status = 'delivered', delivered_at = now()
                WHERE id = \(id) AND status = 'dispatched'
                RETURNING id, status
            ), event AS (
                INSERT INTO load_events (load_id, status) SELECT id, status FROM moved
            )
            SELECT id FROM moved
            """
        )
        let load = try await load(id)
        guard !moved.isEmpty else { throw FreightError.illegalTransition(id, from: load.status, to: .delivered) }
        return load
    }

    private func tooSmall(_ vehicle: Vehicle.ID, for load: Load) async throws -> FreightError {
        let rows = try await database.query("SELECT capacity_kilograms FROM vehicles WHERE id = \(vehicle)")
        guard let capacity: Int = try rows.first?.decode("capacity_kilograms") else { return .unknownVehicle(vehicle) }
        return .vehicleTooSmall(vehicle, capacityKilograms: capacity, weightKilograms: load.weightKilograms)
    }

    private func refusalsTranslated(
        vehicle: Vehicle.ID, driver: Driver.ID, _ statement: () async throws -> [PostgresRow]
    ) async throws -> [PostgresRow] {
        do {
            return try await statement()
        } catch let error as PostgresError {
            if error.isViolation("23505", of: "loads_vehicle_on_the_road") {
                throw FreightError.vehicleOnTheRoad(vehicle)
            }
            if error.isViolation("23505", of: "loads_driver_on_the_road") {
                throw FreightError.driverOnTheRoad(driver)
            }
            if error.isViolation("23503", of: "loads_vehicle_id_fkey") { throw FreightError.unknownVehicle(vehicle) }
            if error.isViolation("23503", of: "loads_driver_id_fkey") { throw FreightError.unknownDriver(driver) }
            throw error
        }
    }
}
