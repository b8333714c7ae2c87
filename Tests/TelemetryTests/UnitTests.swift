import Domain
import Judging
import Testing

@testable import Telemetry

/// Clients are counted as units, and a unit is one however often its client asks.
struct UnitTests {
    private func begun() -> FedBook {
        var fed = FedBook()
        fed.begin()
        return fed
    }

    @Test func `a client is one unit in a look, with its mean outcome`() throws {
        var fed = begun()
        try fed.read(
            [500, 200, 200, 404].map { divided(1, to: "s2", status: $0) } + [
                divided(2, to: "s1"), divided(2, to: "s1"),
            ])
        let observation = fed.take()
        let tick = try #require(observation.ticks.first)
        #expect(observation.ticks.count == 1)
        #expect(tick.share == 0.05)
        #expect((tick.green.bad, tick.green.ok) == (0.25, 0.75))
        #expect((tick.blue.bad, tick.blue.ok) == (0, 1))
        // An error of the application has no time: three requests share the unit.
        #expect(abs(tick.green.times.total - 1) < 1e-9)
        #expect(tick.blue.times.total == 1)
        #expect(observation.green == AnswerCounts(requests: 4, errors: 1))
        #expect(observation.blue == AnswerCounts(requests: 2))
        #expect(tick.greenClientsWithErrors == 1)
        #expect(observation.gap == nil)
        #expect(fed.take() == UnitObservation())
    }

    @Test func `no client is more than three units in an epoch, and all its requests are counted`() throws {
        var fed = begun()
        var units: [Double] = []
        var requests = 0
        for _ in 0..<5 {
            try fed.read([divided(1, to: "s2"), divided(1, to: "s2")])
            let observation = fed.take()
            units.append(observation.ticks.first?.green.units ?? 0)
            requests += observation.green.requests
        }
        #expect(units == [1, 1, 1, 0, 0])
        #expect(requests == 10)
        // A new salt is a new assignment.
        try fed.read([divided(1, to: "s1", salt: "17.1")])
        #expect(fed.take().ticks.first?.blue.units == 1)
        // A new share is not.
        try fed.read([divided(1, to: "s2", share: 5_000)])
        #expect(fed.take().ticks == [])
    }

    @Test func `a client's first error is its last unit until it is assigned anew`() throws {
        var fed = begun()
        var units: [Double] = []
        for status in [200, 500, 500, 200] {
            try fed.read([divided(1, to: "s2", status: status), divided(2, to: "s1", status: status)])
            let tick = fed.take().ticks.first
            units += [tick?.green.units ?? 0, tick?.blue.units ?? 0]
        }
        #expect(units == [1, 1, 1, 1, 0, 0, 0, 0])
        try fed.read([divided(1, to: "s2", status: 500, salt: "17.1")])
        #expect(fed.take().ticks.first?.green.bad == 1)
    }

    @Test func `each share has a tick of its own, in the order in which they came`() throws {
        var fed = begun()
        try fed.read([
            divided(1, to: "s1", share: 500), divided(2, to: "s2", share: 5_000), divided(3, to: "s2", share: 500),
            divided(1, to: "s2", share: 5_000),
        ])
        let ticks = fed.take().ticks
        #expect(ticks.map(\.share) == [0.05, 0.5])
        #expect(ticks.map(\.green.units) == [1, 2])
        #expect(ticks.map(\.blue.units) == [1, 0])
    }

    @Test(arguments: [
        "0:17.0:s1:s2", "10000:17.0:s1:s2", "500:16.0:s1:s2", "500:170:s1:s2", "500:17.0:s3:s2", "500:17.0:s1:s4", "-",
        "x:17.0:s1:s2", "500:17.0:s1", "500:17.0:s1:s2:s3",
    ])
    func `requests that this drawing did not divide are no units of it`(split: String) throws {
        var fed = begun()
        var line = divided(1, to: "s2")
        line.split = split
        try fed.read([line, line])
        #expect(fed.take() == UnitObservation())
    }

    @Test func `who asks for a path that says nothing of users is no unit`() throws {
        var fed = begun()
        fed.book.leaveOut(["/health"], of: FedBook.production)
        var lines = [divided(1, to: "s2"), divided(1, to: "s1"), divided(2, to: "s1")]
        (lines[0].path, lines[1].path) = ("/health", "/health")
        try fed.read(lines)
        let observation = fed.take()
        #expect(observation.ticks.first?.green.units == 0 && observation.ticks.first?.blue.units == 1)
        #expect(observation.green.requests == 0 && observation.blue.requests == 1)
        // Nor is it known of before.
        #expect(fed.book.recent(FedBook.production, FedBook.slots.0, at: fed.now).units == 1)
    }

    @Test func `requests of a slot that is in no drawing are no units`() throws {
        var fed = begun()
        try fed.read([divided(1, to: "s3")])
        #expect(fed.take() == UnitObservation())
    }

    @Test func `a request that is left out is counted and is no unit`() throws {
        var fed = begun()
        let gaveUp = LogLine(
            backend: "production-s2-read", status: -1, microseconds: nil, milliseconds: 5, termination: "CH", unit: "1",
            split: "500:17.0:s1:s2")
        try fed.read([divided(1, to: "s2", status: 101), gaveUp])
        let observation = fed.take()
        #expect(observation.ticks == [])
        #expect(observation.green == AnswerCounts(requests: 2))
    }

    @Test func `who gives up on green is measured by how long people wait for blue`() throws {
        var fed = FedBook()
        try fed.read((0..<100).map { _ in LogLine(microseconds: 10_000) })
        try fed.read((0..<100).map { _ in LogLine(backend: "production-s2-read", microseconds: 5_000_000) })
        fed.begin()
        let gaveUp = LogLine(
            backend: "production-s2-read", status: -1, microseconds: nil, milliseconds: 1_000, termination: "CH",
            unit: "1", split: "500:17.0:s1:s2")
        try fed.read([gaveUp])
        let tick = try #require(fed.take().ticks.first)
        #expect(tick.green.units == 0)
        #expect(tick.green.times.unanswered == 1)
    }

    @Test func `different clients with errors of green are counted over the whole drawing`() throws {
        var fed = begun()
        for round in 0..<5 {
            try fed.read([
                divided(1, to: "s2", status: 500), divided(2, to: "s2"), divided(10 + round, to: "s2", status: 503),
                divided(3, to: "s1", status: 500),
            ])
            // The first client's units are used up in the end, and it is still the one client.
            #expect(fed.take().ticks.first?.greenClientsWithErrors == 2 + round)
        }
        fed.begin()
        try fed.read([divided(2, to: "s2")])
        #expect(fed.take().ticks.first?.greenClientsWithErrors == 0)
    }

    @Test func `a unit's times weigh one in all`() throws {
        var fed = begun()
        try fed.read(
            (1...4).map { divided(1, to: "s2", microseconds: $0 * 10_000) } + [
                divided(2, to: "s2", microseconds: 10_000)
            ])
        let times = try #require(fed.take().ticks.first).green.times
        #expect(abs(times.total - 2) < 1e-9)
        var expected = ResponseTimeHistogram()
        for milliseconds in [10.0, 20, 30, 40] { expected.add(milliseconds: milliseconds, weight: 0.25) }
        expected.add(milliseconds: 10)
        #expect(times.weights.mapValues { ($0 * 1e6).rounded() } == expected.weights.mapValues { ($0 * 1e6).rounded() })
    }

    @Test func `an epoch that is over adds no units, and its clients are forgotten`() throws {
        var fed = begun()
        for epoch in 0..<3 { try fed.read([divided(1, to: "s2", salt: "17.\(epoch)")]) }
        #expect(fed.take().ticks.first?.green.units == 3)
        try fed.read([divided(2, to: "s2", salt: "17.0"), divided(2, to: "s2", salt: "17.1")])
        let late = fed.take()
        #expect(late.ticks.first?.green.units == 1)
        #expect(late.green.requests == 2)
    }

    @Test func `the end of a drawing ends its units`() throws {
        var fed = begun()
        try fed.read([divided(1, to: "s2")])
        fed.book.end(FedBook.production)
        try fed.read([divided(1, to: "s2")])
        #expect(fed.take() == UnitObservation())
    }
}
