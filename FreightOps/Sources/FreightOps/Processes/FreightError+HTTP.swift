import HTTPTypes
import Hummingbird

extension FreightError {
    var status: HTTPResponse.Status {
        switch self {
        case .invalidBooking, .unreadableRequest, .invalidParameter: .badRequest
        case .unknownLoad: .notFound
        case .unknownCustomer, .unknownVehicle, .unknownDriver, .idempotencyKeyReused: .unprocessableContent
        case .illegalTransition, .vehicleOnTheRoad, .driverOnTheRoad, .vehicleTooSmall: .conflict
        case .tooManyEventStreams, .databaseUnavailable: .serviceUnavailable
        case .chaos: .internalServerError
        }
    }

    /// What is wrong, by the name of the field; empty unless fields were checked.
    var fields: [String: String] {
        guard case .invalidBooking(let fields) = self else { return [:] }
        return fields
    }
}

/// The body of every answer of the API that is not a success.
struct ProblemBody: ResponseEncodable {
    struct Problem: Encodable {
        /// A stable word for programs.
        var code: String
        var message: String
        var fields: [String: String]?
    }

    var error: Problem

    init(code: String, message: String, fields: [String: String] = [:]) {
        error = Problem(code: code, message: message, fields: fields.isEmpty ? nil : fields)
    }
}
