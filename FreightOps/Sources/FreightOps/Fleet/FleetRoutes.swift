import Hummingbird

/// The API of what can carry loads, and of who ships them.
struct FleetRoutes {
    let vehicles: VehicleStore
    let drivers: DriverStore
    let customers: CustomerStore

    struct VehicleListing: ResponseEncodable {
        var vehicles: [Vehicle]
    }

    struct DriverListing: ResponseEncodable {
        var drivers: [Driver]
    }

    struct CustomerListing: ResponseEncodable {
        var customers: [Customer]
    }

    func add(to router: Router<FreightRequestContext>) {
        let group = router.group("/api")
        group.get("vehicles") { request, _ in
            try await VehicleListing(
                vehicles: vehicles.vehicles(
                    equipment: request.choice("equipment", of: Equipment.self),
                    freeOnly: request.choice("free", of: Choice.self) == .yes,
                    limit: limit(request)
                )
            )
        }
        group.get("drivers") { request, _ in
            let freeOnly = try request.choice("free", of: Choice.self) == .yes
            return try await DriverListing(drivers: drivers.drivers(freeOnly: freeOnly, limit: limit(request)))
        }
        group.get("customers") { _, _ in try await CustomerListing(customers: customers.customers()) }
    }

    private enum Choice: String, CaseIterable {
        case yes = "true"
        case no = "false"
    }

    private func limit(_ request: Request) throws -> Int {
        try request.number("limit", in: 1...Limits.largestFleetListing) ?? Limits.largestFleetListing
    }
}
