import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Logging
import Migrations
import NIOCore
import Postgres
import Subprocess
import TestSupport
import Testing

@testable import FreightOps

/// What a release says that it sends (`statements:` in its release.yaml) beside what its processes send.
@Suite(.timeLimit(.minutes(2)))
struct ContractSuiteTests {
    @Test(arguments: FreightFixture.releases)
    func `a release sends what its contract suite says, and nothing else`(release: String) async throws {
        // A server of its own, which counts, and forgets nothing for want of room.
        let server = try await DisposableCluster.start(settings: ["shared_preload_libraries": "pg_stat_statements"])
        defer { server.stop() }
        let counter = StatementCounter(server: try server.cluster.superuserAddress())
        let freight = FreightFixture(address: try await counter.begin())
        try await freight.expand(to: release)
        try await counter.reset()
        let suite = try await Self.suite(of: release)
        #expect(suite.count > 20)
        try await freight.runAllProcesses(of: release) {
            try? await eventually("all statements of \(release)") {
                try await Set(suite.keys).isSubset(of: counter.statements().keys)
            }
        }
        let sent = try await counter.statements()
        let unsaid = sent.filter { suite[$0.key] == nil }.values.sorted()
        let unsent = suite.filter { sent[$0.key] == nil }.values.sorted()
        #expect(unsaid == [], "add to FreightOps/statements.sql or to \(release): \(unsaid.joined(separator: ";\n\n"))")
        #expect(unsent == [], "nothing sends it: \(unsent.joined(separator: ";\n\n"))")
    }

    @Test func `every route is asked`() throws {
        let settings = try FreightSettings(environment: [
            "DATABASE_URL": "postgres://nobody@127.0.0.1:1/none", "RELEASE_VERSION": "1.2.0",
        ])
        let feed = LoadEventFeed(
            store: LoadEventStore(database: FreightDatabase(settings, process: "test")), logger: Logger(label: "test"))
        let routes = try WebProcess(settings).router(feed).routes.filter { $0.method != .head }.map(\.description)
        #expect(
            Set(routes) == Set((Visit.bookings + Visit.others(light: 1, heavy: 2)).map(\.route) + ["GET /api/events"]))
    }

    /// The statements of an assembled release by what Switchyard tells them apart by.
    private static func suite(of release: String) async throws -> [String: String] {
        try await withTemporaryFolder { folder in
            let script = FreightFixture.freightOps.appending(path: "assemble-release").path
            let end = try await run(
                .name("sh"), arguments: [script, release, "/bin/true", "\(folder)/release"], output: .discarded,
                error: .discarded)
            #expect(end.terminationStatus.isSuccess)
            var observed = ObservedStatements()
            try observed.add(file: "\(folder)/release/statements.sql")
            #expect(observed.distinct.count == observed.texts.count, "a statement is there twice")
            return try observed.byFingerprint
        }
    }
}

/// A request and the route that answers it.
private struct Visit {
    let route: String
    let uri: String
    var body = "{}"
    var headers: HTTPFields = [:]

    /// The second one is a repetition, the third one is too heavy for any vehicle.
    static var bookings: [Visit] {
        let booking = #"{"customerId":1,"cargo":"Paper","origin":"Ghent","destination":"Lyon","priceCents":9,"#
        let key: HTTPFields = [.idempotencyKey: "once"]
        let light = Visit(
            route: "POST /api/loads", uri: "/api/loads", body: booking + #""weightKilograms":900}"#, headers: key)
        let heavy = Visit(route: light.route, uri: light.uri, body: booking + #""weightKilograms":50000}"#)
        return [light, light, heavy]
    }

    /// All other routes, with the loads that were booked.
    static func others(light: Int, heavy: Int) -> [Visit] {
        [
            Visit(route: "GET /", uri: "/"),
            Visit(route: "GET /health", uri: "/health"),
            Visit(route: "GET /health/database", uri: "/health/database"),
            Visit(route: "GET /metrics", uri: "/metrics"),
            Visit(route: "GET /freightops.css", uri: "/freightops.css"),
            Visit(route: "GET /api/slow", uri: "/api/slow?milliseconds=1"),
            Visit(route: "GET /loads", uri: "/loads"),
            Visit(route: "GET /loads", uri: "/loads?status=booked"),
            Visit(route: "GET /dispatch", uri: "/dispatch"),
            Visit(route: "GET /api/loads", uri: "/api/loads"),
            Visit(route: "GET /api/customers", uri: "/api/customers"),
            Visit(route: "GET /api/drivers", uri: "/api/drivers?free=true"),
            Visit(route: "GET /api/vehicles", uri: "/api/vehicles?free=true&equipment=tanker"),
            Visit(route: "GET /api/loads/{id}", uri: "/api/loads/\(light)"),
            Visit(
                route: "POST /api/loads/{id}/dispatch", uri: "/api/loads/\(heavy)/dispatch",
                body: #"{"vehicleId":120,"driverId":120}"#),
            Visit(
                route: "POST /api/loads/{id}/dispatch", uri: "/api/loads/\(light)/dispatch",
                body: #"{"vehicleId":120,"driverId":120}"#),
            Visit(route: "POST /api/loads/{id}/deliver", uri: "/api/loads/\(light)/deliver"),
            Visit(route: "POST /dispatch", uri: "/dispatch", body: "load=\(light)&vehicle=121&driver=121"),
            Visit(route: "POST /dispatch/{id}/deliver", uri: "/dispatch/\(light)/deliver", body: ""),
        ]
    }

    /// Answers with the body of what came.
    @discardableResult
    func pay(to client: TestClient) async throws -> ByteBuffer {
        let method = HTTPRequest.Method(rawValue: String(route.prefix { $0 != " " })) ?? .get
        let answer = try await client.execute(
            TestClient.Request(
                uri, method: method, headers: headers, body: method == .post ? ByteBuffer(string: body) : nil))
        let text = answer.body ?? ByteBuffer()
        #expect(answer.status.code < 500, "\(route): \(String(buffer: text))")
        return text
    }

    /// Pays all visits, one after the other.
    static func payAll(to client: TestClient) async throws {
        var booked: [Int] = []
        for booking in bookings {
            let load = try await JSONDecoder().decode(Load.self, from: Data(booking.pay(to: client).readableBytesView))
            booked.append(load.id.number)
        }
        for visit in others(light: booked[0], heavy: booked[2]) { try await visit.pay(to: client) }
    }
}

/// Counts what is sent to one database, from another one of its server.
private struct StatementCounter {
    let server: PostgresAddress
    private let name = "freight"

    /// Makes the database and returns its address.
    func begin() async throws -> PostgresAddress {
        try await connected { connection in
            try await connection.execute("CREATE EXTENSION pg_stat_statements")
            try await connection.execute("CREATE DATABASE \(identifier: name)")
        }
        return server.database(name)
    }

    func reset() async throws {
        try await connected { connection in _ = try await connection.execute("SELECT pg_stat_statements_reset()") }
    }

    /// What was counted, by what Switchyard tells statements apart by.
    func statements() async throws -> [String: String] {
        var observed = ObservedStatements()
        observed.texts = try await connected { connection in
            try await StatementStatistics.read(of: name, on: connection).counts.map(\.text)
        }
        return try observed.byFingerprint
    }

    private func connected<Value>(_ body: (PostgresConnection) async throws -> Value) async throws -> Value {
        try await PostgresConnection.using(server, applicationName: "test", body)
    }
}

extension FreightFixture {
    /// Runs the programs of a release beside each other, asks the web process for everything, and ends them after the
    /// body.
    fileprivate func runAllProcesses(
        of release: String, until body: @Sendable @escaping () async throws -> Void
    ) async throws {
        let environment = environment(release, ["PORT": "0"])
        let manifest = try String(
            contentsOf: Self.freightOps.appending(path: "releases/\(release)/release.yaml"), encoding: .utf8)
        try await FreightProgram.with("seed", environment) { _ in }
        try await FreightProgram.with("serve", environment) { web in
            try await FreightProgram.with("worker", environment) { worker in
                let client = try await web.client()
                let reader = try await web.client()
                async let stream = reader.execute(TestClient.Request("/api/events", method: .get))
                try await Visit.payAll(to: client)
                if manifest.contains("command: [bin/freightops, scheduler]") {
                    try await FreightProgram.with("scheduler", environment) { scheduler in
                        try await body()
                        try scheduler.terminate()
                    }
                } else {
                    try await body()
                }
                try worker.terminate()
                try web.terminate()
                _ = try? await stream
            }
        }
    }
}

extension ObservedStatements {
    fileprivate var byFingerprint: [String: String] {
        get throws {
            let pairs = try distinct.map { text in
                let statement = try PgQueryParser().statements(in: text, file: "").first
                return (statement?.fingerprint ?? text, text)
            }
            return Dictionary(pairs) { first, _ in first }
        }
    }
}
