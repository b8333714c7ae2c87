import API
import Domain
import Foundation
import LoadTesting
import TestSupport
import Testing

/// FreightOps 1.2.0, which breaks on request: what its probes find out, under load and on a real PostgreSQL.
@Suite(.serialized, .timeLimit(.minutes(5)))
struct ChaosReleaseTests {
    /// Faults that the warming finds, with what it says of them.
    private static let faultsBeforeUsers: [(switches: [String: String], reason: String)] = [
        (["CHAOS_DEAD_FEATURE": "dispatch"], "key feature 'dispatch board' (/dispatch) answered 500 and not 200"),
        (["CHAOS_DEAD_FEATURE": "loads"], "key feature 'loads' (/api/loads?limit=1) answered 500 and not 200"),
        (["CHAOS_DATABASE_REFUSED": "true"], "database connection (/health/database) answered 503"),
        (["CHAOS_NEVER_HEALTHY": "true"], "health (/health) answered 503"),
        (["CHAOS_SLOW_SHARE": "1", "CHAOS_SLOW_MILLISECONDS": "8000"], "did not answer within 5.0 s"),
        (["CHAOS_EXIT_AT_START": "0"], "web.1 exited with status 0"),
    ]

    private static let mix = [
        RequestTemplate(name: "loads", path: "/api/loads?limit=5", weight: 3),
        RequestTemplate(name: "board", path: "/dispatch"),
        RequestTemplate(name: "book a load", method: "POST", path: "/api/loads") { number in
            .init(
                """
                {"customerId": \(number % 40 + 1), "origin": "Hamburg", "destination": "Genoa", \
                "cargo": "Machine parts", "weightKilograms": 12000, "priceCents": 100000}
                """)
        },
    ]

    @Test func `a release 1_2_0 that is broken is seen by nobody, and one that is not goes live`() async throws {
        try await use(policy: ["warm_deadline": "3s"]) { switchyard in
            let load = try await underLoad(switchyard) {
                for (number, fault) in Self.faultsBeforeUsers.enumerated() {
                    let version = number == 0 ? "1.2.0" : "1.2.\(number)"
                    let release = FreightOpsRelease(version: version, base: "1.2.0", switches: fault.switches)
                    try await release.add(to: switchyard)
                    let result = try await switchyard.cli(["deploy", version, "--json"])
                    #expect(result.status == 3, "\(fault.switches): \(result.error)")
                    let report = try WireFormat.decoder.decode(DeploymentReport.self, from: Data(result.output.utf8))
                    #expect(report.deployment.outcome == .failed)
                    #expect(report.deployment.reason?.contains(fault.reason) == true, "\(report.deployment)")
                }
            }
            #expect(load.failed == 0 && load.applicationErrors == 0, "\(load.failureSamples)")
            #expect(Set(load.byRelease.keys) == ["1.1.0"])
            try await FreightOpsRelease(version: "1.2.9", base: "1.2.0").add(to: switchyard)
            #expect(try await switchyard.deploy("1.2.9").deployment.outcome == .committed)
        }
    }

    /// Two of five requests are answered 500: the warming may find three good answers in a row, the bake finds three
    /// bad ones.
    @Test func `a release 1_2_0 that answers 500 to its users is taken back without a failed request`() async throws {
        try await use { switchyard in
            try await switchyard.restart(changing: "bake: 200ms", to: "bake: 30s")
            let release = FreightOpsRelease(version: "1.2.0", switches: ["CHAOS_ERROR_SHARE": "0.4"])
            try await release.add(to: switchyard)
            let load = try await underLoad(switchyard) {
                let result = try await switchyard.cli(["deploy", "1.2.0", "--json"])
                #expect(result.status == 4, "\(result.error)")
                let report = try WireFormat.decoder.decode(DeploymentReport.self, from: Data(result.output.utf8))
                #expect(report.deployment.outcome == .rolledBack)
                #expect(report.deployment.reason?.contains("failed while it was watched") == true)
                #expect(report.deployment.reason?.contains("answered 500") == true, "\(report.deployment)")
                let serving = try await switchyard.report().serving
                #expect(serving?.version.rawValue == "1.1.0")
            }
            #expect(load.failed == 0, "\(load.failureSamples)")
            #expect(load.applicationErrors > 0, "users saw its errors")
            #expect(load.byRelease["1.1.0", default: 0] > 0 && load.byRelease["1.2.0", default: 0] > 0)
        }
    }

    /// Lends a Switchyard on which FreightOps 1.1.0 serves, with test data.
    private func use(
        policy: [String: String] = [:], _ body: (SwitchyardFixture) async throws -> Void
    ) async throws {
        let environment = FixtureEnvironment(
            database: "embedded", settings: ["SAMPLE_LOADS": "200"], policy: policy)
        try await SwitchyardFixture.use([environment], application: "freightops") { switchyard in
            try await FreightOpsRelease(version: "1.1.0").add(to: switchyard)
            let first = try await switchyard.deploy("1.1.0")
            try #require(first.deployment.outcome == .committed, "\(first.deployment)")
            try await eventually(within: .seconds(60), "test data") {
                try await switchyard.ask("/api/loads?limit=1").body.contains("customer")
            }
            try await body(switchyard)
        }
    }

    private func underLoad(_ switchyard: SwitchyardFixture, _ body: () async throws -> Void) async throws -> LoadReport
    {
        try await switchyard.underLoad(releaseHeader: "x-freightops-version", mix: Self.mix) { _ in try await body() }
    }
}
