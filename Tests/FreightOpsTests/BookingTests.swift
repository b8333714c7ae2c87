import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Testing

@testable import FreightOps

@Suite(.timeLimit(.minutes(2)))
struct BookingTests {
    @Test func `the same key books one load, however often it is sent`() async throws {
        try await FreightFixture.with(schema: "1.1.0") { freight in
            try await freight.seed(loads: 1)
            try await freight.web("1.1.0") { client in
                let answers = try await withThrowingTaskGroup(of: TestResponse.self) { group in
                    for _ in 0..<8 {
                        group.addTask {
                            try await client.post(
                                "/api/loads", Self.booking(), headers: [.idempotencyKey: "order-1"]
                            )
                        }
                    }
                    return try await group.reduce(into: []) { $0.append($1) }
                }
                #expect(answers.allSatisfy { $0.status == .created })
                #expect(Set(try answers.map { try $0.json(Load.self).id }).count == 1)
                #expect(answers.filter { $0.headers[.idempotencyReplayed] == nil }.count == 1)

                let other = try await client.post(
                    "/api/loads", Self.booking(price: 1), headers: [.idempotencyKey: "order-1"]
                )
                #expect(other.status.code == 422)
                #expect(other.code == "idempotency_key_reused")
            }
        }
    }

    @Test(arguments: [
        ("cargo", #""""#), ("cargo", #""\#(String(repeating: "x", count: 201))""#), ("origin", "null"),
        ("weightKilograms", "0"), ("weightKilograms", "60001"), ("priceCents", "-1"), ("customerId", "0"),
        ("pickupAt", #""tomorrow""#), ("deliverBy", #""2020-01-01T00:00:00Z""#),
    ])
    func `a wrong field is named`(field: String, value: String) throws {
        var fields = [
            "customerId": "1", "cargo": #""Paper""#, "origin": #""Ghent""#, "destination": #""Lyon""#,
            "weightKilograms": "900", "priceCents": "100",
        ]
        fields[field] = value
        let json = "{" + fields.map { "\"\($0.key)\":\($0.value)" }.joined(separator: ",") + "}"
        let booking = try JSONDecoder().decode(LoadBooking.self, from: Data(json.utf8))
        let error = #expect(throws: FreightError.self) { try booking.checked(now: Date()) }
        #expect(error?.fields.keys.sorted() == [field])
        #expect(error?.status.code == 400)
    }

    @Test func `a customer that does not exist cannot book`() async throws {
        try await FreightFixture.with(schema: "1.0.0") { freight in
            try await freight.web("1.0.0") { client in
                let response = try await client.post("/api/loads", Self.booking(customer: 99))
                #expect(response.status.code == 422)
                #expect(response.code == "unknown_customer")
            }
        }
    }

    private static func booking(customer: Int = 1, price: Int = 125_000) -> String {
        """
        {"customerId":\(customer),"cargo":"Paper","origin":"Ghent","destination":"Lyon",\
        "weightKilograms":900,"priceCents":\(price)}
        """
    }
}
