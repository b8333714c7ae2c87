import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Postgres
import Testing

@testable import FreightOps

@Suite(.timeLimit(.minutes(2)))
struct LoadTransitionTests {
    enum Step: String, Sendable {
        case dispatch
        case deliver
    }

    typealias Move = (before: [Step], step: Step, status: Int, becomes: String)

    static let moves: [Move] = [
        ([], .dispatch, 200, "dispatched"),
        ([], .deliver, 409, "booked"),
        ([.dispatch], .dispatch, 409, "dispatched"),
        ([.dispatch], .deliver, 200, "delivered"),
        ([.dispatch, .deliver], .dispatch, 409, "delivered"),
        ([.dispatch, .deliver], .deliver, 409, "delivered"),
    ]

    @Test(arguments: moves)
    func `a load moves on only in its order`(
        before: [Step], step: Step, status: Int, becomes: String
    ) async throws {
        try await FreightFixture.with(schema: "1.1.0") { freight in
            try await freight.seed(loads: 1)
            try await freight.web("1.1.0") { client in
                let load = try await client.book()
                for earlier in before { _ = try await client.take(earlier, load) }
                let response = try await client.take(step, load)
                #expect(response.status.code == status)
                #expect(response.code == (status == 409 ? "illegal_transition" : nil))
                let after = try await client.get("/api/loads/\(load)").json(Load.self)
                #expect(after.status.rawValue == becomes)
            }
        }
    }

    @Test func `a vehicle is given to one of many loads that ask for it at once`() async throws {
        try await FreightFixture.with(schema: "1.1.0") { freight in
            try await freight.seed(loads: 1)
            try await freight.web("1.1.0") { client in
                var loads: [Int] = []
                for _ in 0..<12 { loads.append(try await client.book()) }
                let codes = try await statuses(of: loads.enumerated().map { ($1, 7, $0 + 1) }, client)
                #expect(codes.filter { $0 == 200 }.count == 1)
                #expect(codes.filter { $0 == 409 }.count == 11)
            }
            let carried = try await freight.value(
                "SELECT count(*) AS value FROM loads WHERE status = 'dispatched' AND vehicle_id = 7"
            )
            #expect(carried == 1)
        }
    }

    @Test func `a load is given to one of many dispatchers who want it at once`() async throws {
        try await FreightFixture.with(schema: "1.1.0") { freight in
            try await freight.seed(loads: 1)
            try await freight.web("1.1.0") { client in
                let load = try await client.book()
                let codes = try await statuses(of: (1...12).map { (load, $0, $0) }, client)
                #expect(codes.filter { $0 == 200 }.count == 1)
                #expect(codes.filter { $0 == 409 }.count == 11)
            }
            let events = try await freight.value(
                "SELECT count(*) AS value FROM load_events WHERE status = 'dispatched'"
            )
            #expect(events == 1)
        }
    }

    @Test(arguments: [
        (#"{"vehicleId":999,"driverId":1}"#, 422, "unknown_vehicle"),
        (#"{"vehicleId":1,"driverId":999}"#, 422, "unknown_driver"),
        (#"{"vehicleId":1}"#, 400, "unreadable_request"),
        ("not json", 400, "unreadable_request"),
    ])
    func `an assignment that cannot be is refused with its reason`(
        body: String, status: Int, code: String
    ) async throws {
        try await FreightFixture.with(schema: "1.1.0") { freight in
            try await freight.seed(loads: 1)
            try await freight.web("1.1.0") { client in
                let load = try await client.book()
                let response = try await client.post("/api/loads/\(load)/dispatch", body)
                #expect(response.status.code == status)
                #expect(response.code == code)
            }
        }
    }

    private func statuses(
        of assignments: [(load: Int, vehicle: Int, driver: Int)], _ client: any TestClientProtocol
    ) async throws -> [Int] {
        try await withThrowingTaskGroup(of: Int.self) { group in
            for each in assignments {
                group.addTask {
                    let body = #"{"vehicleId":\#(each.vehicle),"driverId":\#(each.driver)}"#
                    return try await client.post("/api/loads/\(each.load)/dispatch", body).status.code
                }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
    }
}

extension TestClientProtocol {
    fileprivate func take(_ step: LoadTransitionTests.Step, _ load: Int) async throws -> TestResponse {
        try await post("/api/loads/\(load)/\(step.rawValue)", #"{"vehicleId":3,"driverId":4}"#)
    }
}
