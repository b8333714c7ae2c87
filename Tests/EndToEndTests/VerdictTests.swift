import API
import Domain
import Foundation
import LoadTesting
import TestSupport
import Testing

/// Releases that come to their users in stages, judged by what the proxy saw of real requests.
@Suite(.serialized, .timeLimit(.minutes(5))) struct VerdictTests {
    /// Short stages, and a new drawing soon: few clients are many units then.
    private static let policy = [
        "strategy": "progressive", "canary_dwell": "1s", "split_dwell": "1s", "assignment_period": "3s", "bake": "2s",
        "canary_share": "10%",
        // Both releases are the same program: how sure response times are on a busy machine is not what is tried here.
        "rollback_triggers": "{max_response_time_increase: 200%}",
    ]

    @Test func `a good release goes from stage to stage, and what was seen of it can be told afterwards`() async throws
    {
        try await use { switchyard in
            try await switchyard.add(ExampleRelease("2"))
            let load = try await underLoad(switchyard) {
                let report = try await deploy("2", on: switchyard)
                #expect(report.deployment.outcome == .committed, "\(report.deployment)")
                let steps = report.journal.map(\.boundary).filter { $0.hasPrefix("completed:") }
                #expect(
                    steps.suffix(6).map { $0.replacing("completed:", with: "") }
                        == ["canary", "split", "switchTraffic", "bake", "drain", "commit"])
                let told = try await switchyard.cli(["verdict", "\(report.deployment.id)"])
                #expect(told.status == 0 && told.output.contains("2 is proved to keep the limits"), "\(told)")
                let verdict = try await switchyard.client.verdict(of: report.deployment.id)
                #expect(verdict.stage == .bake && verdict.share == 9_500 && verdict.finding == .health)
                #expect(verdict.green.requests > 0 && verdict.blue.requests > 0)
                #expect(verdict.gap == nil)
            }
            #expect(load.failed == 0, "\(load.failureSamples)")
        }
    }

    @Test func `a release with every fifth answer an error takes itself back`() async throws {
        try await use { switchyard in
            try await switchyard.add(ExampleRelease("2", environment: ["EXAMPLE_ERROR_SHARE": "0.2"]))
            let load = try await underLoad(switchyard) {
                let result = try await switchyard.cli(["deploy", "2"])
                #expect(result.status == 4, "\(result)")
                let id = try #require(try await switchyard.client.deployments(last: 1).first?.id)
                let report = try await switchyard.client.deployment(id)
                #expect(report.deployment.outcome == .rolledBack)
                #expect(
                    report.deployment.reason?.contains("2 is worse than is allowed, by its errors") == true,
                    "\(report.deployment)")
                let verdict = try await switchyard.client.verdict(of: id)
                #expect(verdict.finding == .harm && verdict.green.errors > 0 && verdict.blue.errors == 0)
                #expect((verdict.usersWithErrors ?? 0) >= 3)
            }
            #expect(load.failed == 0, "\(load.failureSamples)")
            #expect(load.applicationErrors > 0)
            #expect(try await switchyard.servingVersions() == ["1"])
        }
    }

    @Test(arguments: [Step.canary, .split, .bake])
    func `a control plane that is killed in a stage goes on with it`(step: Step) async throws {
        try await use { switchyard in
            try await switchyard.add(ExampleRelease("2"))
            let load = try await underLoad(switchyard) {
                let request = DeployRequest(release: "2", requestedBy: "test")
                let id = try await switchyard.client.deploy(request, to: .production).id
                try await switchyard.waitForBoundary("intent:\(step.rawValue)", of: id)
                switchyard.kill(SIGKILL)
                try await switchyard.waitForControlPlaneToEnd()
                try await switchyard.start()
                let report = try await switchyard.waitForEnd(of: id)
                #expect(report.deployment.outcome == .committed, "\(report.deployment)")
                #expect(try await switchyard.client.verdict(of: id).finding == .health)
            }
            #expect(load.failed == 0, "\(load.failureSamples)")
        }
    }

    @Test func `without users nothing is proved, and a person decides`() async throws {
        try await use(["stage_deadline": "2s"]) { switchyard in
            try await switchyard.add(ExampleRelease("2"))
            #expect(try await switchyard.ask().status == 200)
            let request = DeployRequest(release: "2", requestedBy: "test")
            let id = try await switchyard.client.deploy(request, to: .production).id
            try await expectQuestion(in: .canary, of: id, switchyard)
            let status = try await switchyard.cli(["status"])
            #expect(status.output.contains("waits for a decision"), "\(status.output)")
            let metrics = try await metrics(of: switchyard)
            #expect(metrics.contains(#"switchyard_judge_waits_for_decision{environment="production""#), "\(metrics)")
            #expect(metrics.contains(#"switchyard_requests_total{environment="production",slot="s1",route="GET /""#))
            let promoted = try await switchyard.cli(["promote", "\(id)", "--reason", "nobody comes at night"])
            #expect(promoted.status == 0, "\(promoted)")
            try await expectQuestion(in: .split, of: id, switchyard)
            try await switchyard.rollBack()
            let report = try await switchyard.waitForEnd(of: id)
            #expect(report.deployment.outcome == .rolledBack)
            let text = report.journal.first { $0.boundary == "completed:canary" }?.text
            #expect(text?.hasSuffix("said so: nobody comes at night") == true, "\(text ?? "")")
            let late = try await switchyard.cli(["promote", "\(id)", "--reason", "too late"])
            #expect(late.status == 1 && late.error.contains("is in no stage that could go on"), "\(late)")
        }
    }

    @Test func `a deployment that was not judged has no verdict`() async throws {
        try await use { switchyard in
            let result = try await switchyard.cli(["verdict", "1"])
            #expect(result.status == 9 && result.error.contains("Deployment 1 was not judged"), "\(result)")
        }
    }

    /// What Prometheus would collect, with the token as it would be told it.
    private func metrics(of switchyard: SwitchyardFixture) async throws -> String {
        let token = try String(contentsOfFile: "\(switchyard.state)/token", encoding: .utf8)
        let endpoint = try JSONDecoder().decode(
            [String: JSONText].self, from: Data(contentsOf: URL(filePath: "\(switchyard.state)/api.json")))
        let url = "\(endpoint["url"]?.text ?? "")/metrics"
        let refused = try await output(of: "curl", ["-s", "-o", "/dev/null", "-w", "%{http_code}", url])
        #expect(refused == "401")
        return try await output(
            of: "curl",
            ["-sf", "-H", "authorization: Bearer \(token.trimmingCharacters(in: .whitespacesAndNewlines))", url])
    }

    /// A value of a JSON object, of which only texts are looked at.
    private struct JSONText: Decodable {
        let text: String?

        init(from decoder: any Decoder) throws {
            text = try? decoder.singleValueContainer().decode(String.self)
        }
    }

    private func expectQuestion(
        in step: Step, of id: DeploymentID, _ switchyard: SwitchyardFixture
    ) async throws {
        try await eventually(within: .seconds(60), "a question in '\(step.title)'") {
            let verdict = try? await switchyard.client.verdict(of: id)
            return verdict?.stage == step && verdict?.waitsForDecision == true
        }
    }

    private func deploy(_ version: String, on switchyard: SwitchyardFixture) async throws -> DeploymentReport {
        let request = DeployRequest(release: version, requestedBy: "test")
        return try await switchyard.waitForEnd(of: switchyard.client.deploy(request, to: .production).id)
    }

    /// Lends a Switchyard on which release 1 serves.
    private func use(
        _ policy: [String: String] = [:], _ body: (SwitchyardFixture) async throws -> Void
    ) async throws {
        let environment = FixtureEnvironment(policy: Self.policy.merging(policy) { $1 })
        try await SwitchyardFixture.use([environment]) { switchyard in
            try await switchyard.add(ExampleRelease("1"))
            try #require(try await switchyard.deploy("1").deployment.outcome == .committed)
            try await body(switchyard)
        }
    }

    private func underLoad(_ switchyard: SwitchyardFixture, _ body: () async throws -> Void) async throws -> LoadReport
    {
        try await switchyard.underLoad(requestsPerSecond: 150, identities: 300) { load in
            // So that something is known of the release before.
            try await eventually(within: .seconds(30), "200 answers") { load.snapshot().answered > 200 }
            try await body()
        }
    }
}
