import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Testing

@testable import FreightOps

@Suite(.timeLimit(.minutes(2)))
struct ChaosTests {
    @Test(arguments: [
        ([:], "/dispatch", 200),
        (["CHAOS_ERROR_SHARE": "0"], "/dispatch", 200),
        (["CHAOS_ERROR_SHARE": "1"], "/dispatch", 500),
        (["CHAOS_ERROR_SHARE": "1"], "/health/database", 500),
        (["CHAOS_ERROR_SHARE": "1"], "/health", 200),
        (["CHAOS_SLOW_SHARE": "1", "CHAOS_SLOW_MILLISECONDS": "1"], "/dispatch", 200),
        (["CHAOS_DATABASE_REFUSED": "true"], "/health/database", 503),
        (["CHAOS_DATABASE_REFUSED": "true"], "/api/loads", 503),
        (["CHAOS_DATABASE_REFUSED": "true"], "/health", 200),
        (["CHAOS_DEAD_FEATURE": "dispatch"], "/dispatch", 500),
        (["CHAOS_DEAD_FEATURE": "dispatch"], "/loads", 200),
        (["CHAOS_DEAD_FEATURE": "dispatch"], "/health/database", 200),
        (["CHAOS_DEAD_FEATURE": "loads"], "/loads", 500),
        (["CHAOS_DEAD_FEATURE": "loads"], "/api/loads", 500),
        (["CHAOS_DEAD_FEATURE": "loads"], "/dispatch", 200),
        (["CHAOS_DEAD_FEATURE": "loads", "CHAOS_ONLY_IF_FILE": "/"], "/loads", 500),
        (["CHAOS_DEAD_FEATURE": "loads", "CHAOS_ONLY_IF_FILE": "/nowhere"], "/loads", 200),
        (["CHAOS_DATABASE_REFUSED": "true", "CHAOS_ONLY_IF_FILE": "/"], "/health/database", 503),
        (["CHAOS_DATABASE_REFUSED": "true", "CHAOS_ONLY_IF_FILE": "/nowhere"], "/health/database", 200),
        (["CHAOS_NEVER_HEALTHY": "true"], "/health", 503),
        (["CHAOS_NEVER_HEALTHY": "true"], "/dispatch", 200),
    ])
    func `a switch breaks what it names and nothing else`(
        switches: [String: String], path: String, status: Int
    ) async throws {
        try await FreightFixture.with(schema: "1.2.0") { freight in
            try await freight.web("1.2.0", switches) { client in
                let response = try await client.get(path)
                #expect(response.status.code == status)
                #expect(response.headers[.freightOpsVersion] == "1.2.0")
            }
        }
    }

    @Test(arguments: [0.05, 0.3, 0.9])
    func `a share of errors is close to what was asked for`(share: Double) {
        let chosen = (1...10_000).filter { ChaosMiddleware.isChosen($0, share: share, salt: 2) }.count
        // Six standard deviations of a fair draw of 10,000.
        let tolerance = 6 * (share * (1 - share) * 10_000).squareRoot()
        #expect(abs(Double(chosen) - share * 10_000) < tolerance)
    }

    @Test(arguments: [
        ("CHAOS_ERROR_SHARE", "1.5"), ("CHAOS_SLOW_SHARE", "much"), ("CHAOS_SLOW_MILLISECONDS", "-1"),
        ("CHAOS_DATABASE_REFUSED", "yes"), ("CHAOS_DEAD_FEATURE", "payroll"), ("CHAOS_EXIT_AT_START", "256"),
        ("CHAOS_EROR_SHARE", "0.1"), ("PORT", "http"), ("PORT", "65536"), ("DATABASE_POOL_SIZE", "0"),
        ("RELEASE_VERSION", "latest"), ("RELEASE_VERSION", "1.0"), ("DATABASE_URL", "mysql://freight"),
        ("DATABASE_URL", ""), ("RELEASE_VERSION", ""), ("PORT", ""),
    ])
    func `a wrong setting is refused by its name`(variable: String, value: String) throws {
        var environment = [
            "DATABASE_URL": "postgres://localhost/freight", "RELEASE_VERSION": "1.2.0", "PORT": "8080",
        ]
        #expect(throws: Never.self) { try FreightSettings(environment: environment).webAddress() }
        environment[variable] = value
        let error = #expect(throws: SettingsError.self) { try FreightSettings(environment: environment).webAddress() }
        #expect(error?.description.contains(variable) == true)
    }
}
