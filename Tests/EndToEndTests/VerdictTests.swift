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
                #expect(verdict.green.lowestErrorRate > 0.05 && verdict.blue.lowestErrorRate == 0)
                try await expectSameEvidence(as: verdict, of: id, switchyard)
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

    @Test(arguments: [Step.canary, .split, .bake])
    func `a control plane that is killed in a stage without users takes the release no further`(step: Step) async throws
    {
        try await use(["stage_deadline": "1s"]) { switchyard in
            try await switchyard.add(ExampleRelease("2"))
            let request = DeployRequest(release: "2", requestedBy: "test")
            let id = try await switchyard.client.deploy(request, to: .production).id
            for before in [Step.canary, .split].prefix(while: { $0 != step }) {
                try await expectQuestion(in: before, of: id, switchyard)
                _ = try await switchyard.client.promote(
                    PromoteRequest(reason: "seen by eye", requestedBy: "test"), id)
            }
            try await switchyard.waitForBoundary("intent:\(step.rawValue)", of: id)
            switchyard.kill(SIGKILL)
            try await switchyard.waitForControlPlaneToEnd()
            try await switchyard.start()
            try await expectQuestion(in: step, of: id, switchyard)
            try await switchyard.rollBack()
            let report = try await switchyard.waitForEnd(of: id)
            #expect(report.deployment.outcome == .rolledBack)
            #expect(!report.journal.contains { $0.boundary == "completed:\(step.rawValue)" })
        }
    }

    @Test(arguments: ["progressive", "blue_green"])
    func `a metric of a Prometheus takes a release back, and one that is away holds it`(strategy: String) async throws {
        try await RunningPrometheus.prepared { prometheus in
            let query = #"sum(switchyard_requests_total{slot="s2"}) or vector(0)"#
            let policy = [
                "strategy": strategy, "stage_deadline": "1s",
                "rollback_triggers":
                    "{metrics: {visits: {server: '\(prometheus.url)', query: '\(query)', max: 5}}}",
            ]
            try await use(policy) { switchyard in
                try await switchyard.add(ExampleRelease("2"))
                try prometheus.start(scraping: switchyard)
                _ = try await underLoad(switchyard) {
                    try await eventually(within: .seconds(30), "a sample") {
                        await prometheus.has("switchyard_requests_total")
                    }
                    let report = try await deploy("2", on: switchyard)
                    #expect(report.deployment.outcome == .rolledBack)
                    #expect(
                        report.deployment.reason?.contains("the metric visits is") == true, "\(report.deployment)")
                    prometheus.kill()
                    let request = DeployRequest(release: "2", requestedBy: "test")
                    let id = try await switchyard.client.deploy(request, to: .production).id
                    try await eventually(within: .seconds(60), "the question") {
                        try await switchyard.client.deployment(id).journal.contains { entry in
                            entry.text?.contains("Decide with 'switchyard promote'") == true
                        }
                    }
                    try await switchyard.rollBack()
                    #expect(try await switchyard.waitForEnd(of: id).deployment.outcome == .rolledBack)
                }
            }
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
        let url = "http://\(switchyard.apiAddress)/metrics"
        let refused = try await output(of: "curl", ["-s", "-o", "/dev/null", "-w", "%{http_code}", url])
        #expect(refused == "401")
        return try await output(
            of: "curl",
            ["-sf", "-H", "authorization: Bearer \(token.trimmingCharacters(in: .whitespacesAndNewlines))", url])
    }

    /// Whoever has the ticks comes to the evidence of the verdict's errors.
    private func expectSameEvidence(
        as verdict: VerdictReport, of id: DeploymentID, _ switchyard: SwitchyardFixture
    ) async throws {
        let ticks = try await switchyard.cli(["verdict", "\(id)", "--ticks"])
        let kept = try String(
            contentsOfFile: "\(switchyard.state)/evidence/production/\(id)/ticks.jsonl", encoding: .utf8)
        #expect(ticks.status == 0 && ticks.output == kept)
        let replay = try await switchyard.cli([
            "verdict", "replay", "\(switchyard.state)/evidence/production/\(id)/ticks.jsonl", "--json",
        ])
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        let judged = try decoder.decode(Replay.self, from: Data(replay.output.utf8))
        let errors = try #require(verdict.streams.first { $0.name == "errors" })
        #expect(abs((judged.logEvidence.last ?? 0) - errors.logHarm) < 1e-9)
        #expect(judged.decision == "rollback")
    }

    private struct Replay: Decodable {
        let logEvidence: [Double]
        let decision: String
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
