import Logging
import TestSupport
import Testing

@testable import FreightOps

@Suite(.timeLimit(.minutes(1)))
struct LoadEventTests {
    @Test func `a reader is told of what happens after it came`() async throws {
        try await FreightFixture.with(schema: "1.1.0") { freight in
            try await freight.seed(loads: 1)
            let database = try freight.database()
            let feed = LoadEventFeed(store: LoadEventStore(database: database), logger: Logger(label: "test"))
            let messages = try feed.messages()
            await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await feed.run() }
                group.addTask { await freight.bookUntilCancelled(database) }
                for await message in messages {
                    guard case .event(let event) = message else { continue }
                    #expect(event.status == "booked")
                    break
                }
                group.cancelAll()
            }
        }
    }

    @Test func `an event is read once, in the order of its transaction`() async throws {
        try await FreightFixture.with(schema: "1.1.0") { freight in
            try await freight.seed(loads: 1)
            let database = try freight.database()
            let store = LoadEventStore(database: database)
            var position = try await store.end()
            var seen: [Int] = []
            for _ in 0..<3 {
                let load = try await freight.book(database)
                // Other databases of the server may hold the horizon back for a moment.
                try await eventually("the event of load \(load)") {
                    let next = try await store.events(after: position)
                    position = next.end
                    seen += next.events.map(\.loadId.number)
                    return seen.last == load
                }
            }
            #expect(seen.count == 3)
            #expect(seen == seen.sorted())
        }
    }
}

extension FreightFixture {
    fileprivate func book(_ database: FreightDatabase) async throws -> Int {
        let booking = LoadBooking.Checked(
            customer: Customer.ID(1), cargo: "Paper", origin: "Ghent", destination: "Lyon", weightKilograms: 9,
            priceCents: 5, pickupAt: "2030-01-01T00:00:00Z", deliverBy: "2030-01-02T00:00:00Z")
        return try await LoadStore(database: database).book(booking, idempotencyKey: nil).load.id.number
    }

    fileprivate func bookUntilCancelled(_ database: FreightDatabase) async {
        try? await eventually("the end of the test") {
            _ = try await book(database)
            return Task.isCancelled
        }
    }
}
