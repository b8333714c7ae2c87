import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Postgres
import TestSupport
import Testing

@testable import FreightOps

@Suite(.timeLimit(.minutes(2)))
struct HealthTests {
    @Test func `a process starts without its database and says so`() async throws {
        let settings = try FreightSettings(environment: [
            "DATABASE_URL": "postgres://nobody@127.0.0.1:1/none", "RELEASE_VERSION": "1.1.0",
        ])
        try await WebProcess(settings).application().test(.router) { client in
            #expect(try await client.get("/health").status == .ok)
            let database = try await client.get("/health/database")
            #expect(database.status == .serviceUnavailable)
            #expect(database.headers[.freightOpsVersion] == "1.1.0")
            let page = try await client.get("/dispatch")
            #expect(page.status == .serviceUnavailable)
            #expect(page.headers[.contentType]?.contains("text/html") == true)
            #expect(try await client.get("/api/loads").code == "database_unavailable")
            #expect(try await client.get("/metrics").text.contains("freightops_database_up 0\n"))
        }
    }

    @Test func `a process works again when its database comes back`() async throws {
        try await FreightFixture.with(schema: "1.1.0") { freight in
            let server = try await PostgresFixture.shared.cluster().cluster.superuserAddress()
            let operation = try await PostgresConnection.connect(to: server, applicationName: "test")
            let name = try #require(freight.address.database)
            try await freight.web("1.1.0") { client in
                #expect(try await client.get("/health/database").status == .ok)
                try await operation.execute("ALTER DATABASE \(identifier: name) ALLOW_CONNECTIONS false")
                _ = try await operation.query(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = \(name)"
                )
                try await eventually("a failing database check") {
                    try await client.get("/health/database").status == .serviceUnavailable
                }
                #expect(try await client.get("/health").status == .ok)
                #expect(try await client.get("/api/loads").status == .serviceUnavailable)

                try await operation.execute("ALTER DATABASE \(identifier: name) ALLOW_CONNECTIONS true")
                try await eventually("a good database check") {
                    try await client.get("/health/database").status == .ok
                }
                #expect(try await client.get("/api/loads").status == .ok)
            }
            await operation.close()
        }
    }

    @Test(arguments: [
        ("/health", 200), ("/freightops.css", 200), ("/", 302), ("/nowhere", 404), ("/api/loads/0", 400),
        ("/api/loads/77", 404), ("/api/loads?status=lost", 400), ("/loads?page=0", 400),
        ("/api/slow?milliseconds=0", 200),
        ("/api/slow?milliseconds=10001", 400),
    ])
    func `every answer says which release gave it`(path: String, status: Int) async throws {
        try await FreightFixture.with(schema: "1.0.0") { freight in
            try await freight.web("1.0.0") { client in
                let response = try await client.get(path)
                #expect(response.status.code == status)
                #expect(response.headers[.freightOpsVersion] == "1.0.0")
            }
        }
    }
}
