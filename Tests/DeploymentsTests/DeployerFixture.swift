import Domain
import Foundation
import Logging
import Synchronization
import TestSupport
import Testing

@testable import Deployments

/// One environment's deployer on real files and real records, in a world of memory.
struct DeployerFixture: Sendable {
    static let environmentName = EnvironmentName(unchecked: "production")
    static let process = ProcessIdentity(pid: 1, startTicks: 1, bootID: "boot")

    let folder: String
    let world: TestWorld
    let records: FailingRecords
    let journal: Journal
    let deployer: EnvironmentDeployer

    init(
        folder: String, world: TestWorld = TestWorld(), records: FailingRecords? = nil,
        warmDeadlineSeconds: Double = 5, bakeSeconds: Double = 0, keepReleases: Int = 2,
        allowsIrreversible: Bool = true, verdict: VerdictPolicy = VerdictPolicy(strategy: .blueGreen)
    ) throws {
        let records = records ?? FailingRecords(path: "\(folder)/state.sqlite")
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        let policy = DeploymentPolicy(
            keepReleases: keepReleases, warmDeadlineSeconds: warmDeadlineSeconds, bakeSeconds: bakeSeconds,
            drainSeconds: 1, stopSeconds: 1, closeSpreadSeconds: 0, recoverySeconds: 1,
            allowsIrreversible: allowsIrreversible, verdict: verdict
        )
        journal = Journal(records: records, spool: try Spool(path: "\(folder)/spool.json"), logger: logger)
        deployer = try EnvironmentDeployer(
            environment: EnvironmentDefinition(name: Self.environmentName, domains: ["example.org"], policy: policy),
            file: SlotTableFile(
                path: "\(folder)/slots.json", environment: Self.environmentName, slotCount: policy.slotCount
            ),
            parts: EnvironmentDeployer.Parts(
                world: World(
                    router: world, runtime: world, database: world, prober: world, catalog: world, telemetry: world,
                    metrics: world),
                journal: journal, verdicts: records, process: Self.process, evidenceFolder: "\(folder)/evidence",
                logger: logger,
                lookInterval: .milliseconds(20)
            )
        )
        (self.folder, self.world, self.records) = (folder, world, records)
    }

    /// A deployer that does not run yet, on files where a release has been committed.
    static func onCommitted(
        _ version: String, in folder: String, bakeSeconds: Double = 0
    ) async throws -> DeployerFixture {
        let first = try DeployerFixture(folder: folder)
        let deployment = try await first.running { try await first.deployToTheEnd(version) }
        #expect(deployment.outcome == .committed)
        return try DeployerFixture(folder: folder, world: first.world, bakeSeconds: bakeSeconds)
    }

    /// Lends a deployer that runs, and ends it afterwards.
    func running<Value: Sendable>(_ body: @Sendable () async throws -> Value) async throws -> Value {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await deployer.run() }
            defer { group.cancelAll() }
            return try await body()
        }
    }

    /// A release of one web process with the key feature "board"; the same version is the same release.
    func release(_ version: String) -> Release {
        let manifest = ReleaseManifest(
            name: ApplicationName(unchecked: "freightops"), version: ReleaseVersion(unchecked: version),
            processes: [ProcessName(unchecked: "web"): ProcessDefinition(kind: .web, command: ["./web"])],
            health: HealthDefinition(healthyAfter: 1), probes: [ProbeDefinition(name: "board", path: "/board")]
        )
        let digit = version.unicodeScalars.reduce(0) { $0 + Int($1.value) } % 16
        let digest = ArtifactDigest(unchecked: String(repeating: String(digit, radix: 16), count: 64))
        let release = Release(manifest: manifest, digest: digest, size: 1, createdAt: Date())
        world.add(release)
        return release
    }

    /// Opens a deployment as soon as the deployer has recovered.
    func deploy(_ version: String) async throws -> DeploymentID {
        try await eventually("the recovery's end") { await deployer.isRecovered }
        return try await deployer.deploy(release(version), by: "dora", planDigest: nil).id
    }

    func deployToTheEnd(_ version: String) async throws -> Deployment {
        let id = try await deploy(version)
        return try await end(of: id)
    }

    func contractToTheEnd() async throws -> Deployment {
        try await eventually("the recovery's end") { await deployer.isRecovered }
        return try await end(of: deployer.contract(by: "dora", planDigest: nil).id)
    }

    /// Waits until nothing is under way and answers how the deployment ended.
    func end(of id: DeploymentID) async throws -> Deployment {
        try await eventually(within: .seconds(50), "the end of deployment \(id)") { await deployer.current == nil }
        return try await journal.deployment(id)
    }

    /// What the journal says of a step that was completed.
    func report(of step: Step, in deployment: Deployment) async -> StepReport? {
        await journal.entries(of: deployment.id).lazy.compactMap { entry in
            if case .event(.completed(step, let report)) = entry.record { report } else { nil }
        }.first
    }

    /// The version that takes all requests, where table and proxy agree on it and its slot runs.
    func servingVersion() async -> String? {
        let table = await deployer.table
        let state = world.state.withLock { $0 }
        guard let leading = table.leading, state.routed?.leading == leading.name, state.running.contains(leading.name)
        else { return nil }
        return leading.occupant?.release.version.rawValue
    }
}
