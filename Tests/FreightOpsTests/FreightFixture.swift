import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Metrics
import NIOCore
import Postgres
import TestSupport

@testable import FreightOps

/// A database with the schema of one release, and processes of any release on it.
struct FreightFixture: Sendable {
    let address: PostgresAddress

    /// The schemas that there are, each with all migrations up to its release.
    static let releases = ["1.0.0", "1.1.0", "1.2.0"]

    /// Lends a database with the schema as the release's migrations leave it.
    static func with(schema release: String, _ body: (FreightFixture) async throws -> Void) async throws {
        try await PostgresFixture.withDatabase { address in
            let fixture = FreightFixture(address: address)
            try await fixture.expand(to: release)
            try await body(fixture)
        }
    }

    /// Applies the migrations of the release and of those before it, except those of `earlier` and before.
    func expand(to release: String, from earlier: String? = nil) async throws {
        let connection = try await PostgresConnection.connect(to: address, applicationName: "test")
        for each in Self.releases where each <= release && each > (earlier ?? "") {
            let folder = Self.freightOps.appending(path: "releases/\(each)/migrations")
            for migration in try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted() {
                let script = folder.appending(path: "\(migration)/expand.sql")
                try await connection.executeScript(String(contentsOf: script, encoding: .utf8))
            }
        }
        await connection.close()
    }

    /// Runs another step of a release's migrations, with the bounds of a batch where it has such.
    func run(_ step: String, of release: String, from first: Int = 0, through last: Int = 0) async throws {
        let folder = Self.freightOps.appending(path: "releases/\(release)/migrations")
        try await PostgresConnection.using(address, applicationName: "test") { connection in
            for migration in try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted() {
                let text = try String(
                    contentsOf: folder.appending(path: "\(migration)/\(step).sql"), encoding: .utf8)
                try await connection.executeScript(
                    text.replacing("$1", with: "\(first)").replacing("$2", with: "\(last)"))
            }
        }
    }

    func settings(_ release: String, _ more: [String: String] = [:]) throws -> FreightSettings {
        try FreightSettings(environment: environment(release, more))
    }

    func environment(_ release: String, _ more: [String: String] = [:]) -> [String: String] {
        let own = ["DATABASE_URL": url, "RELEASE_VERSION": release, "SLOT": "s1", "DATABASE_POOL_SIZE": "5"]
        return own.merging(more) { _, more in more }
    }

    /// Lends a client of the web process of a release.
    func web(
        _ release: String, _ more: [String: String] = [:],
        _ body: @escaping @Sendable (any TestClientProtocol) async throws -> Void
    ) async throws {
        let process = try WebProcess(settings(release, more))
        try await withMetricsFactory(process.registry) {
            try await process.application().test(.router, body)
        }
    }

    func database(_ release: String = "1.1.0") throws -> FreightDatabase {
        try FreightDatabase(settings(release), process: "test")
    }

    /// Writes a small fleet and some loads.
    func seed(loads: Int = 12) async throws {
        let sample = SampleFreight(vehicles: 24, drivers: 24, customers: 3, loads: loads)
        _ = try await SampleFreightWriter(settings("1.0.0"), sample: sample).write()
    }

    /// Runs one statement and returns the column `value` of its only row.
    func value(_ query: PostgresQuery) async throws -> Int {
        let connection = try await PostgresConnection.connect(to: address, applicationName: "test")
        let rows = try await connection.query(query)
        await connection.close()
        return try rows[0].decode("value")
    }

    static let freightOps = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "FreightOps")

    private var url: String {
        var components = URLComponents()
        components.scheme = "postgres"
        components.host = ""
        components.path = "/"
        components.queryItems = address.parameters.filter { !$0.value.isEmpty }
            .map { URLQueryItem(name: $0.key, value: $0.value) }
        return components.string ?? ""
    }
}

extension TestClientProtocol {
    func get(_ uri: String) async throws -> TestResponse {
        try await execute(uri: uri, method: .get)
    }

    func post(_ uri: String, _ json: String = "{}", headers: HTTPFields = [:]) async throws -> TestResponse {
        try await execute(uri: uri, method: .post, headers: headers, body: ByteBuffer(string: json))
    }

    /// Books a load that any vehicle can carry and returns its number.
    func book(customer: Int = 1) async throws -> Int {
        let response = try await post("/api/loads", Self.booking(customer: customer))
        return try response.json(Load.self).id.number
    }

    static func booking(customer: Int = 1, price: Int = 125_000) -> String {
        """
        {"customerId":\(customer),"cargo":"Paper","origin":"Ghent","destination":"Lyon",\
        "weightKilograms":900,"priceCents":\(price)}
        """
    }
}

extension TestResponse {
    var text: String { String(buffer: body) }

    func json<Value: Decodable>(_ type: Value.Type) throws -> Value {
        try JSONDecoder().decode(type, from: Data(body.readableBytesView))
    }

    /// The stable word of a problem.
    var code: String? {
        struct Body: Decodable {
            struct Problem: Decodable { var code: String }
            var error: Problem
        }
        return try? json(Body.self).error.code
    }
}
