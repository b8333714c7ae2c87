import Domain
import Judging
import Testing

@testable import Telemetry

/// Requests are counted by slot, route and minute.
struct CountingTests {
    private static let routes: [(String, String, String)] = [
        ("GET", "/", "GET /"),
        ("GET", "/loads", "GET /loads"),
        ("POST", "/loads/4711", "POST /loads/:id"),
        ("GET", "/loads/4711/events/12", "GET /loads/:id/events/:id"),
        ("GET", "/a/b/c/d", "GET /a/b/c/d"),
        ("GET", "/a/b/c/d/e/f", "GET /a/b/c/d/*"),
        ("GET", "/a/b/c/d/", "GET /a/b/c/d/*"),
        ("GET", "/loads/", "GET /loads/"),
        ("GET", "/api/v1/loads", "GET /api/v1/loads"),
        ("GET", "/api/v123456/loads", "GET /api/:id/loads"),
        ("GET", "/files/deadbeef", "GET /files/:id"),
        ("GET", "/files/DEAD-BEEF-CAFE", "GET /files/:id"),
        ("GET", "/decade", "GET /decade"),
        ("GET", "/reset/abcdefghijklmnopqrstuvwxyz", "GET /reset/:id"),
        ("GET", "/caf%C3%A9", "GET /:id"),
        ("GET", "/über", "GET /:id"),
        ("GET", "/app.css", "GET /app.css"),
        ("GET", "/app.3f2a.css", "GET /:id"),
        ("PROPFIND", "/", "other"),
        ("GET", "*", "other"),
        ("GET", "http://elsewhere/", "other"),
        ("<BADREQ>", "-", "other"),
    ]

    @Test(arguments: routes.indices)
    func `a path belongs to a route`(row: Int) throws {
        let (method, path, route) = Self.routes[row]
        var fed = FedBook()
        try fed.read([LogLine(method: method, path: path)])
        let traffic = fed.book.environments[0]
        let counted = try #require(traffic.counters.routes.first)
        #expect(traffic.routes.names[counted.route] == route, "\(path)")
    }

    @Test func `a path that is longer than any is cut`() throws {
        var fed = FedBook()
        let segment = String(repeating: "z", count: Limits.segmentBytes)
        try fed.read([LogLine(method: "OPTIONS", path: String(repeating: "/" + segment, count: 30))])
        let longest = "OPTIONS " + String(repeating: "/" + segment, count: Limits.routeSegments) + "/*"
        #expect(fed.book.environments[0].routes.names == ["other", longest])
    }

    @Test func `routes are bounded, and strangers make none`() throws {
        var fed = FedBook()
        let names = (0..<300).map { number in
            "/" + String(decoding: String(number).utf8.map { $0 - Byte.zero + UInt8(ascii: "p") }, as: UTF8.self)
        }
        try fed.read(names.map { LogLine(status: 404, path: $0) })
        #expect(fed.book.environments[0].routes.names == ["other"])
        try fed.read(names.map { LogLine(status: 200, path: $0) })
        let traffic = fed.book.environments[0]
        #expect(traffic.routes.names.count == 1 + Limits.routes)
        let all = traffic.counters.routes.reduce(0) { $0 + $1.requests.reduce(0, +) }
        #expect(all == 600)
        #expect(traffic.counters.routes.first { $0.route == RouteTable.other }?.requests == [0, 100, 0, 300, 0, 0])
        // A route that is known keeps its own refusals.
        try fed.read([LogLine(status: 404, path: names[0])])
        #expect(fed.book.environments[0].counters.routes.first { $0.route == 1 }?.requests == [0, 1, 0, 1, 0, 0])
    }

    @Test(arguments: [
        ("production-s1-read", 1), ("production-s1-write", 1), ("production-s12-read", 12),
        ("production-eu-s1-read", nil),
        ("production-maintenance", nil), ("nowhere", nil), ("web", nil), ("acme", nil), ("staging-s1-read", nil),
        ("production-s0-read", nil), ("production-s100-read", nil), ("production-s1-", nil), ("-s1-read", nil),
    ])
    func `only the backends of slots count`(backend: String, slot: Int?) throws {
        var fed = FedBook()
        try fed.read([LogLine(backend: backend)])
        #expect(fed.book.environments[0].counters.routes.map(\.slot) == (slot.map { [$0] } ?? []))
        #expect(fed.book.environments[1].counters.routes.count == (backend == "production-eu-s1-read" ? 1 : 0))
        #expect(fed.book.continuity.received == 1)
    }

    @Test func `a slot's last half hour is known, each request a unit`() throws {
        var fed = FedBook()
        try fed.read([LogLine(status: 500), LogLine(), LogLine(status: 404), LogLine(status: 101)])
        fed.now += .seconds(29 * 60)
        try fed.read([LogLine(microseconds: 9_000)])
        func recent() -> SlotCounts { fed.book.recent(FedBook.production, FedBook.slots.0, at: fed.now) }
        #expect((recent().bad, recent().ok) == (1, 3))
        #expect(recent().times.total == 3)
        fed.now += .seconds(60)
        #expect((recent().bad, recent().ok) == (0, 1))
        fed.now += .seconds(30 * 60)
        #expect(recent() == SlotCounts())
        #expect(fed.book.recent(FedBook.production, SlotName(number: 9), at: fed.now) == SlotCounts())
    }

    @Test func `times are counted in buckets of the environment's allowed increase`() throws {
        var fed = FedBook(allowedIncrease: 1)
        try fed.read([LogLine(microseconds: 10_000)])
        let times = fed.book.recent(FedBook.production, FedBook.slots.0, at: fed.now).times
        #expect(times.allowedFactor == 2)
        var expected = ResponseTimeHistogram(allowedFactor: 2)
        expected.add(milliseconds: 10)
        #expect(times == expected)
        #expect(fed.book.recent(FedBook.production, FedBook.slots.1, at: fed.now).times.allowedFactor == 2)
    }

    @Test func `who gave up counts in times only, and only after having waited longer than others`() throws {
        var fed = FedBook()
        let early = LogLine(status: -1, microseconds: nil, milliseconds: 20, termination: "CH")
        let late = LogLine(status: -1, microseconds: nil, milliseconds: 2_000, termination: "CH")
        // Nothing is known yet of how long people wait.
        try fed.read([late])
        try fed.read((0..<100).map { LogLine(microseconds: 20_000 + $0 * 1_000) })
        fed.now += .seconds(60)
        try fed.read([early, late, late])
        let recent = fed.book.recent(FedBook.production, FedBook.slots.0, at: fed.now)
        #expect((recent.bad, recent.ok) == (0, 100))
        #expect(recent.times.unanswered == 2)
        #expect(recent.times.total == 102)
    }
}
