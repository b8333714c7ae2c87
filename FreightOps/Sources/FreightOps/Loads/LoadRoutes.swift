import FoundationEssentials
import HTTPTypes
import Hummingbird

/// The API of loads.
struct LoadRoutes {
    let loads: LoadStore

    /// One page of loads.
    struct Listing: ResponseEncodable {
        var loads: [Load]
        var page: Int
        var limit: Int
    }

    /// Who is to carry a load.
    struct Assignment: Decodable {
        var vehicleId: Vehicle.ID
        var driverId: Driver.ID
    }

    func add(to router: Router<FreightRequestContext>) {
        let group = router.group("/api/loads")
        group.get { request, _ in try await list(request) }
        group.post { request, context in try await book(request, context) }
        group.get(":id") { _, context in try await loads.load(context.parameters.identifier(of: Load.self)) }
        group.post(":id/dispatch") { request, context in
            let id = try context.parameters.identifier(of: Load.self)
            let assignment = try await request.json(Assignment.self, context)
            return try await loads.dispatch(id, vehicle: assignment.vehicleId, driver: assignment.driverId)
        }
        group.post(":id/deliver") { _, context in
            try await loads.deliver(context.parameters.identifier(of: Load.self))
        }
    }

    private func list(_ request: Request) async throws -> Listing {
        let status = try request.choice("status", of: LoadStatus.self)
        let page = try request.number("page", in: 1...Limits.largestPageNumber) ?? 1
        let limit = try request.number("limit", in: 1...Limits.largestPage) ?? Limits.loadsPerPage
        return try await Listing(
            loads: loads.loads(status: status, page: page, limit: limit), page: page, limit: limit
        )
    }

    private func book(_ request: Request, _ context: FreightRequestContext) async throws -> Response {
        let key = request.headers[.idempotencyKey]
        if let key, key.isEmpty || key.utf8.count > Limits.longestIdempotencyKey {
            let expected = "from 1 to \(Limits.longestIdempotencyKey) bytes"
            throw FreightError.invalidParameter(name: "Idempotency-Key", value: key, expected: expected)
        }
        let booking = try await request.json(LoadBooking.self, context).checked(now: Date())
        let booked = try await loads.book(booking, idempotencyKey: key)
        var response = try booked.load.response(from: request, context: context)
        response.status = .created
        response.headers[.location] = "/api/loads/\(booked.load.id)"
        if booked.isReplay { response.headers[.idempotencyReplayed] = "true" }
        return response
    }
}

extension Load: ResponseEncodable {}

extension Request {
    /// The body, read as JSON whatever its type is said to be.
    func json<Body: Decodable>(_ type: Body.Type, _ context: FreightRequestContext) async throws -> Body {
        do {
            return try await decode(as: type, context: context)
        } catch let error as HTTPError where error.status == .badRequest {
            throw FreightError.unreadableRequest(reason: error.body ?? "its body is not the JSON that is expected")
        }
    }
}
