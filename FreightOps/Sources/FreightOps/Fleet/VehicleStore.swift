import Postgres

/// The vehicles in the database, through the columns that the running release knows.
struct VehicleStore {
    let database: FreightDatabase
    let schema: VehicleSchema

    /// In order of their numbers; only those that carry no load when `freeOnly` is set, and only those with the
    /// equipment when one is named.
    func vehicles(
        equipment: Equipment? = nil, freeOnly: Bool = false, limit: Int = Limits.largestFleetListing
    ) async throws -> [Vehicle] {
        let rows = try await database.query(
            """
            SELECT v.id, v.plate, v.capacity_kilograms, \(unescaped: equipmentColumns), l.id IS NULL AS is_free
            FROM vehicles v LEFT JOIN loads l ON l.vehicle_id = v.id AND l.status = 'dispatched'
            WHERE (NOT \(freeOnly) OR l.id IS NULL)
              AND (\(equipment?.rawValue)::text IS NULL
                   OR \(unescaped: equipmentName) = \(equipment?.rawValue)::text)
            ORDER BY v.id LIMIT \(limit)
            """
        )
        return try rows.map(vehicle)
    }

    private func vehicle(_ row: PostgresRow) throws -> Vehicle {
        let name: String? = try row.decode("equipment_type")
        let code: String? = try row.decode("type_code")
        return try Vehicle(
            id: row.decode("id"),
            plate: row.decode("plate"),
            equipment: name.flatMap(Equipment.init(rawValue:)) ?? code.flatMap(Equipment.init(typeCode:)),
            capacityKilograms: row.decode("capacity_kilograms"),
            isFree: row.decode("is_free")
        )
    }

    /// What is read; a column that this release must not touch is null.
    private var equipmentColumns: String {
        switch schema {
        case .typeCode: "NULL AS equipment_type, v.type_code"
        case .both: "v.equipment_type, v.type_code"
        case .equipmentType: "v.equipment_type, NULL AS type_code"
        }
    }

    /// The equipment's name as an SQL expression, to filter by.
    private var equipmentName: String {
        switch schema {
        case .typeCode: Equipment.nameOfTypeCode
        case .both: "coalesce(v.equipment_type, \(Equipment.nameOfTypeCode))"
        case .equipmentType: "v.equipment_type"
        }
    }
}

extension VehicleStore {
    /// Adds a vehicle, or returns the one that has the plate already.
    func register(plate: String, equipment: Equipment, capacityKilograms: Int) async throws -> Vehicle.ID {
        let rows = try await database.query(
            insertion(plate: plate, equipment: equipment, capacityKilograms: capacityKilograms)
        )
        guard let row = rows.first else { throw FreightError.unreadableRequest(reason: "the vehicle was not stored") }
        return try row.decode("id")
    }

    private func insertion(plate: String, equipment: Equipment, capacityKilograms: Int) -> PostgresQuery {
        switch schema {
        case .typeCode:
            """
            INSERT INTO vehicles (plate, type_code, capacity_kilograms)
            VALUES (\(plate), \(equipment.typeCode), \(capacityKilograms))
            ON CONFLICT (plate) DO UPDATE SET plate = excluded.plate RETURNING id
            """
        case .both:
            """
            INSERT INTO vehicles (plate, type_code, equipment_type, capacity_kilograms)
            VALUES (\(plate), \(equipment.typeCode), \(equipment.rawValue), \(capacityKilograms))
            ON CONFLICT (plate) DO UPDATE SET plate = excluded.plate RETURNING id
            """
        case .equipmentType:
            """
            INSERT INTO vehicles (plate, equipment_type, capacity_kilograms)
            VALUES (\(plate), \(equipment.rawValue), \(capacityKilograms))
            ON CONFLICT (plate) DO UPDATE SET plate = excluded.plate RETURNING id
            """
        }
    }
}

extension Equipment {
    /// An SQL expression that turns `type_code` into the name of the equipment.
    static let nameOfTypeCode: String = {
        let cases = allCases.map { "WHEN '\($0.typeCode)' THEN '\($0.rawValue)'" }.joined(separator: " ")
        return "CASE type_code \(cases) END"
    }()
}
