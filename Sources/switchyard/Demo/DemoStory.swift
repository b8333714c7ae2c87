import API
import AsyncHTTPClient
import Domain
import Foundation
import LoadTesting
import NIOCore

/// What the demo shows, in order: first release, load, second release, back, and forward again; then a bad release
/// that is taken back by itself, and its repair.
struct DemoStory: Sendable {
    private static let environment = EnvironmentName(unchecked: "production")
    private static let sampleDeadline: Duration = .seconds(60)

    let stage: DemoStage

    func tell() async throws -> DemoReport {
        let began = Date()
        Terminal.say("The demo lives in \(stage.folder).")
        try await heading("Start the supervisor tree, HAProxy, PostgreSQL and the control plane") {
            try await stage.set()
        }
        try await heading("Pack releases 1.0.0, 1.1.0, 1.2.0 and 1.2.1 of FreightOps Pro") { try await pack() }
        var deployments = [try await deploy("1.0.0")]
        var schema: [DeploymentReport] = []
        var detection: DemoReport.Detection?
        let url = try await stage.client.status().traffic.first.flatMap(URL.init(string:))
        guard let url else { throw CommandExit(.wentWrong, "The proxy of the demo did not start.") }
        try await waitForSampleData(at: url)
        let load = try LoadGenerator(plan: DemoLoad.plan(for: url))
        let loadReport = try await load.running {
            Terminal.say(
                "\nFrom here on \(DemoLoad.identities) clients use it, \(Int(DemoLoad.rate)) requests a second.")
            deployments.append(try await deploy("1.1.0"))
            deployments.append(try await rollBack())
            deployments.append(try await deploy("1.1.0", .blueGreen))
            try await waitForBackfill()
            schema.append(try await deployUnsafe())
            let bad = try await deployBad()
            deployments.append(bad.deployment)
            detection = bad.detection
            deployments.append(try await deploy("1.2.1", .blueGreen))
            schema += try await contract()
        }
        return DemoReport(
            began: began, load: loadReport, deployments: deployments, schema: schema, detection: detection)
    }

    /// The new column is filled beside the load, and the journal of the deployment says so.
    private func waitForBackfill() async throws {
        let deadline = ContinuousClock.now + Self.sampleDeadline
        while try await !isBackfilled() {
            guard ContinuousClock.now < deadline else {
                throw CommandExit(.wentWrong, "The backfill did not end; see 'switchyard status'.")
            }
            try await Task.sleep(for: .milliseconds(200))
        }
        Terminal.say("  done  backfill          vehicles.equipment_type, beside the load")
    }

    private func isBackfilled() async throws -> Bool {
        guard let newest = try await stage.client.deployments(in: Self.environment, last: 1).first else { return false }
        return try await stage.client.deployment(newest.id).journal.contains {
            $0.text?.hasPrefix("backfilled") == true
        }
    }

    private func pack() async throws {
        let healthy = "CHAOS_ERROR_SHARE: \"0\""
        let releases = [
            try await stage.add(release: "1.0.0"), try await stage.add(release: "1.1.0"),
            try await stage.add(
                release: "1.2.0", from: "1.2.0", changing: healthy, to: "CHAOS_ERROR_SHARE: \"0.2\""),
            try await stage.add(release: "1.2.1", from: "1.2.0", changing: healthy, to: healthy),
        ]
        for release in releases {
            Terminal.say("  \(release.reference)  sha256 \(release.digest.short)  \(release.size / 1_024) KiB")
        }
    }

    /// Nobody does anything about it: it is taken back by what its first users met.
    private func deployBad() async throws -> (deployment: DeploymentReport, detection: DemoReport.Detection?) {
        Terminal.say("\n1.2.0 answers every fifth request with an error:")
        let report = try await deploy("1.2.0")
        guard let verdict = try? await stage.client.verdict(of: report.deployment.id) else { return (report, nil) }
        Terminal.say("")
        VerdictText(verdict).lines.forEach { Terminal.say("  \($0)") }
        return (report, DemoReport.Detection(verdict))
    }

    private func deployUnsafe() async throws -> DeploymentReport {
        Terminal.say("\nA colleague in a hurry, in 1.1.1:")
        let sql = "CREATE INDEX loads_by_destination ON loads (destination);"
        Terminal.say("  \(sql)")
        _ = try await stage.add(
            release: "1.1.1", from: "1.1.0", migration: "20250501090000_index_destinations", expand: sql)
        return try await deploy("1.1.1")
    }

    /// The old column goes: first while releases that read it are kept, then when none is.
    private func contract() async throws -> [DeploymentReport] {
        let refused = try await follow("Contract, while 1.0.0 and 1.1.0 are kept") {
            try await stage.client.contract(ContractRequest(requestedBy: "demo"), in: Self.environment)
        }
        Terminal.say("\nGive up the ways back: rollback_period: 5s, applied while everything runs")
        try await stage.apply(rollbackPeriod: "5s")
        let deadline = ContinuousClock.now + Self.sampleDeadline
        while try await !stage.client.environment(Self.environment).waysBack.isEmpty {
            guard ContinuousClock.now < deadline else {
                throw CommandExit(.wentWrong, "The kept releases were not retired; see 'switchyard status'.")
            }
            try await Task.sleep(for: .milliseconds(200))
        }
        // Nothing may have used the column for 'contract_after'.
        try await Task.sleep(for: .seconds(6))
        let done = try await follow("Contract") {
            try await stage.client.contract(ContractRequest(requestedBy: "demo"), in: Self.environment)
        }
        return [refused, done]
    }

    private func deploy(_ version: String, _ strategy: VerdictPolicy.Strategy = .progressive) async throws
        -> DeploymentReport
    {
        try await follow("Deploy \(version)\(strategy == .blueGreen ? ", to all users at once" : "")") {
            try await stage.client.deploy(
                DeployRequest(release: version, requestedBy: "demo", strategy: strategy), to: Self.environment
            )
        }
    }

    private func rollBack() async throws -> DeploymentReport {
        try await follow("Roll back") {
            try await stage.client.rollBack(
                RollBackRequest(reason: "to show the way back", requestedBy: "demo"), in: Self.environment
            )
        }
    }

    private func follow(_ title: String, _ open: () async throws -> DeploymentSummary) async throws
        -> DeploymentReport
    {
        Terminal.say("\n" + Terminal.coloured(title, .bold))
        let id = try await open().id
        let report = try await DeploymentFollower(state: stage.state, id: id, isQuiet: false).follow()
        DeploymentFollower.sayEnd(of: report)
        return report
    }

    private func heading(_ title: String, _ work: () async throws -> Void) async throws {
        Terminal.say("\n" + Terminal.coloured(title, .bold))
        try await work()
    }

    /// The worker writes the test data when it starts; until then the pages have nothing to show.
    private func waitForSampleData(at url: URL) async throws {
        let deadline = ContinuousClock.now + Self.sampleDeadline
        while try await !hasLoads(at: url) {
            guard ContinuousClock.now < deadline else {
                throw CommandExit(.wentWrong, "The worker wrote no test data; see 'switchyard logs'.")
            }
            try await Task.sleep(for: .milliseconds(200))
        }
    }

    private func hasLoads(at url: URL) async throws -> Bool {
        let response = try await HTTPClient.shared.execute(
            HTTPClientRequest(url: "\(url.absoluteString)/api/loads?limit=1"), timeout: .seconds(10)
        )
        return try await String(buffer: response.body.collect(upTo: 65_536)).contains("customer")
    }
}

extension LoadGenerator {
    /// Keeps the load up while something happens, and answers what the clients saw.
    fileprivate func running(_ body: () async throws -> Void) async throws -> LoadReport {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await self.run() }
            do {
                try await body()
            } catch {
                group.cancelAll()
                throw error
            }
            group.cancelAll()
            while let result = await group.nextResult() {
                if case .failure(let error) = result, !(error is CancellationError) { throw error }
            }
            return self.snapshot()
        }
    }
}
