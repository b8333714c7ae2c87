/// Why FreightOps did not do what it was asked.
package enum FreightError: Error, Equatable, CustomStringConvertible {
    /// What is wrong, by the name of the field.
    case invalidBooking(fields: [String: String])
    case unreadableRequest(reason: String)
    case invalidParameter(name: String, value: String, expected: String)
    case unknownLoad(Load.ID)
    case unknownCustomer(Customer.ID)
    case unknownVehicle(Vehicle.ID)
    case unknownDriver(Driver.ID)
    case illegalTransition(Load.ID, from: LoadStatus, to: LoadStatus)
    case vehicleOnTheRoad(Vehicle.ID)
    case driverOnTheRoad(Driver.ID)
    case vehicleTooSmall(Vehicle.ID, capacityKilograms: Int, weightKilograms: Int)
    case idempotencyKeyReused
    case tooManyEventStreams
    case databaseUnavailable(reason: String)
    /// A fault that a chaos switch asked for.
    case chaos

    package var description: String {
        switch self {
        case .invalidBooking(let fields):
            fields.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }.joined(separator: "; ") + "."
        case .unreadableRequest(let reason): "The request cannot be read: \(reason)."
        case .invalidParameter(let name, let value, let expected): "\(name) is \"\(value)\"; it must be \(expected)."
        case .unknownLoad(let id): "There is no load \(id)."
        case .unknownCustomer(let id): "There is no customer \(id)."
        case .unknownVehicle(let id): "There is no vehicle \(id)."
        case .unknownDriver(let id): "There is no driver \(id)."
        case .illegalTransition(let id, let from, let to):
            "Load \(id) is \(from.rawValue) and cannot become \(to.rawValue)."
        case .vehicleOnTheRoad(let id): "Vehicle \(id) carries another load; choose a free one."
        case .driverOnTheRoad(let id): "Driver \(id) carries another load; choose a free one."
        case .vehicleTooSmall(let id, let capacity, let weight):
            "Vehicle \(id) carries \(capacity) kg and the load weighs \(weight) kg; choose a larger one."
        case .idempotencyKeyReused:
            "This Idempotency-Key was used for another booking; send a new key with a new booking."
        case .tooManyEventStreams: "Too many event streams are open; try again later."
        case .databaseUnavailable: "The database cannot be reached at the moment; try again shortly."
        case .chaos: "This release was told to fail."
        }
    }

    /// A stable word for programs.
    package var code: String {
        switch self {
        case .invalidBooking: "invalid_booking"
        case .unreadableRequest: "unreadable_request"
        case .invalidParameter: "invalid_parameter"
        case .unknownLoad: "unknown_load"
        case .unknownCustomer: "unknown_customer"
        case .unknownVehicle: "unknown_vehicle"
        case .unknownDriver: "unknown_driver"
        case .illegalTransition: "illegal_transition"
        case .vehicleOnTheRoad: "vehicle_on_the_road"
        case .driverOnTheRoad: "driver_on_the_road"
        case .vehicleTooSmall: "vehicle_too_small"
        case .idempotencyKeyReused: "idempotency_key_reused"
        case .tooManyEventStreams: "too_many_event_streams"
        case .databaseUnavailable: "database_unavailable"
        case .chaos: "chaos"
        }
    }
}
