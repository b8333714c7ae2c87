import Deployments
import Domain
import Foundation
import Judging
import Synchronization
import TestSupport

/// What a deployment acts on, in memory: orderings that real programs show only by chance are made here at will.
final class TestWorld: TrafficRouter, SlotRuntime, ApplicationDatabase, ReleaseProber, ReleaseCatalog,
    RequestTelemetry, MetricReader
{
    struct State {
        var releases: [ArtifactDigest: Release] = [:]
        var pending = PendingMigrations()
        /// What a rehearsal comes to.
        var rehearsal = RehearsalOutcome(sentence: "nothing dangerous")
        /// What the proxy has counted of every slot.
        var answers = AnswerCounts()
        /// The running releases that the last rehearsal was told of.
        var rehearsedBeside: [RunningRelease] = []
        /// The first call of this name waits until it is let go or cancelled.
        var held: String?
        var isHolding = false
        /// Calls that fail, with how often they still do.
        var failures: [String: Int] = [:]
        /// Probes that find a fault ("health in s2"), with how often they still do.
        var faults: [String: Int] = [:]
        /// The slots whose web process has ended once.
        var crashed: Set<SlotName> = []
        var calls: [String] = []
        /// How requests are shared out now.
        var routed: Split?
        /// The same, each change of it.
        var splits: [Split] = []
        /// What users meet, by how they are shared out; nobody comes at first.
        var traffic: @Sendable (Split) -> Observation = { _ in Observation() }
        /// What the stable slot did before.
        var before = SlotCounts()
        var drawings: [Drawing] = []
        /// The paths that say nothing of users.
        var leftOut: Set<String> = []
        /// What Prometheus says of every guard, by how requests are shared out.
        var metric: @Sendable (Split) -> MetricValue = { _ in .value(1) }
        /// Why Switchyard's own connection to the database fails, by slot.
        var connectionFaults: [SlotName: String] = [:]
        /// What the proxy has to say when it is told where web instances listen.
        var remark: String?
        /// What is open on every slot.
        var inFlight = InFlight()
        /// The slots that run a release.
        var running: Set<SlotName> = []
    }

    struct Broken: Error, CustomStringConvertible {
        let description: String
    }

    let state = Mutex(State())

    func add(_ release: Release) { state.withLock { $0.releases[release.digest] = release } }

    func hold(_ call: String) { state.withLock { $0.held = call } }

    func letGo() { state.withLock { $0.held = nil } }

    func fail(_ call: String, times: Int = .max) { state.withLock { $0.failures[call] = times } }

    /// Lets a probe ("health" or a key feature's name) find a fault in a slot, so many times.
    func spoil(_ probe: String, in slot: SlotName, times: Int = .max) {
        state.withLock { $0.faults["\(probe) in \(slot)"] = times }
    }

    func heal(_ probe: String, in slot: SlotName) { spoil(probe, in: slot, times: 0) }

    /// Whether a probe would find a fault in a slot now.
    func isSpoilt(_ probe: String, in slot: SlotName) -> Bool {
        state.withLock { $0.faults["\(probe) in \(slot)", default: 0] > 0 }
    }

    func crash(_ slot: SlotName) { state.withLock { _ = $0.crashed.insert(slot) } }

    var isHolding: Bool { state.withLock { $0.isHolding } }

    private func pass(_ call: String) async throws {
        let (isHeld, fails) = state.withLock { state in
            state.calls.append(call)
            state.isHolding = state.isHolding || state.held == call
            let left = state.failures[call] ?? 0
            if left > 0 { state.failures[call] = left - 1 }
            return (state.held == call, left > 0)
        }
        if isHeld {
            defer { state.withLock { $0.held = nil } }
            try await eventually(within: .seconds(50), "'\(call)' let go") { self.state.withLock { $0.held != call } }
        }
        if fails { throw Broken(description: "\(call) is broken") }
    }

    // MARK: The proxy

    func place(_ table: SlotTable) async throws -> String? {
        try await pass("place")
        return state.withLock { $0.remark }
    }

    func route(_ table: SlotTable) async throws {
        try await pass("route")
        state.withLock { state in
            state.routed = table.split
            if state.splits.last != table.split { state.splits.append(table.split) }
        }
    }

    func inFlight(_ environment: EnvironmentName, _ slot: SlotName) async throws -> InFlight {
        try await pass("inFlight")
        return state.withLock { $0.inFlight }
    }

    func answers(_ environment: EnvironmentName, _ slot: SlotName) async throws -> AnswerCounts {
        state.withLock { $0.answers }
    }

    func healthyServers(_ environment: EnvironmentName, _ slot: SlotName) async throws -> Int {
        try await pass("healthyServers")
        return 1
    }

    func closeLongConnections(environment: EnvironmentName, slot: SlotName, over spread: Duration) async throws {
        try await pass("closeLongConnections")
        state.withLock { $0.inFlight = InFlight() }
    }

    // MARK: The slots

    func variables(
        for release: Release, in environment: EnvironmentDefinition, beside slot: SlotName?
    ) async throws -> PlannedVariables? { nil }

    func prepare(
        _ occupant: Occupant, in slot: SlotName, of environment: EnvironmentDefinition, variables: VariableVersions?
    ) async throws -> [Int] {
        try await pass("prepare")
        state.withLock { _ = $0.running.insert(slot) }
        return [40_000 + slot.number]
    }

    func start(_ kind: ProcessDefinition.Kind, in slot: SlotName, of environment: EnvironmentName) async throws {
        try await pass("start \(kind)")
    }

    func stop(
        _ kind: ProcessDefinition.Kind, in slot: SlotName, of environment: EnvironmentName, waiting deadline: Duration?
    ) async throws {
        try await pass("stop \(kind)")
    }

    func clear(_ slot: SlotName, of environment: EnvironmentName, within deadline: Duration) async throws {
        try await pass("clear")
        state.withLock { _ = $0.running.remove(slot) }
    }

    func removeReleases(
        of environment: EnvironmentName, except needed: @Sendable () async -> Set<ArtifactDigest>
    ) async throws {}

    func verify(_ slot: SlotName, of environment: EnvironmentName) async throws {}

    func processes(in slot: SlotName, of environment: EnvironmentName) async throws -> [ProcessReport] {
        let hasCrashed = state.withLock { $0.crashed.contains(slot) }
        return [
            ProcessReport(
                name: "web.1", kind: .web, isRunning: true, pid: nil, exits: hasCrashed ? 1 : 0,
                lastExit: hasCrashed ? "exited with status 70" : nil)
        ]
    }

    func logLines(in slot: SlotName, of environment: EnvironmentName, last count: Int) async throws -> [LogLine] {
        [LogLine(slot: slot, process: "web.1", text: "a line")]
    }

    // MARK: Database, probes, artifacts

    func pendingMigrations(of release: Release, in environment: EnvironmentDefinition) async throws
        -> PendingMigrations
    {
        state.withLock { $0.pending }
    }

    func backUp(_ environment: EnvironmentDefinition, for deployment: DeploymentID) async throws -> String {
        try await pass("backUp")
        return "10 bytes"
    }

    func expand(
        _ environment: EnvironmentDefinition, to release: Release, for deployment: Deployment
    ) async throws -> [String] {
        try await pass("expand")
        return state.withLock { state in
            defer { state.pending.expand = [] }
            return state.pending.expand
        }
    }

    func rehearse(
        _ deployment: Deployment, of release: Release, in environment: EnvironmentDefinition,
        beside running: [RunningRelease], evidence folder: String
    ) async throws -> RehearsalOutcome {
        try await pass("rehearse")
        return state.withLock { state in
            state.rehearsedBeside = running
            return state.rehearsal
        }
    }

    func contract(
        _ environment: EnvironmentDefinition, of release: Release, for deployment: Deployment
    ) async throws -> [String] {
        try await pass("contract")
        return state.withLock { state in
            defer { state.pending.contract = [] }
            return state.pending.contract
        }
    }

    func backfill(
        _ environment: EnvironmentDefinition, of release: Release, tell: @escaping @Sendable (String) -> Void,
        trouble: @escaping @Sendable () async -> String?
    ) async throws -> [String] {
        tell("half of it is filled")
        try await pass("backfill")
        return state.withLock { state in
            defer { state.pending.backfill = [] }
            return state.pending.backfill
        }
    }

    func observe(_ environment: EnvironmentDefinition, running: [RunningRelease]) async throws {}

    func connectionFault(of slot: SlotName, in environment: EnvironmentDefinition) async -> String? {
        state.withLock { $0.connectionFaults[slot] }
    }

    // MARK: What users meet

    func recent(_ environment: EnvironmentName, _ slot: SlotName) async -> SlotCounts { state.withLock { $0.before } }

    func leaveOut(_ paths: Set<String>, of environment: EnvironmentName) async {
        state.withLock { $0.leftOut = paths }
    }

    func begin(_ drawing: Drawing) async { state.withLock { $0.drawings.append(drawing) } }

    func take(_ environment: EnvironmentName) async -> Observation {
        let (traffic, split) = state.withLock { ($0.traffic, $0.routed ?? Split()) }
        return traffic(split)
    }

    func end(_ environment: EnvironmentName) async { state.withLock { $0.calls.append("end of the trial") } }

    func value(of guard: MetricGuard) async -> MetricValue {
        let (metric, split) = state.withLock { ($0.metric, $0.routed ?? Split()) }
        return metric(split)
    }

    func health(of manifest: ReleaseManifest, port: Int, host: String) async -> ProbeFinding {
        look("health", port: port)
    }

    func database(of manifest: ReleaseManifest, port: Int, host: String) async -> ProbeFinding? { nil }

    func feature(_ probe: ProbeDefinition, port: Int, host: String) async -> ProbeFinding {
        look(probe.name, port: port)
    }

    private func look(_ probe: String, port: Int) -> ProbeFinding {
        state.withLock { state in
            let place = "\(probe) in s\(port - 40_000)"
            state.calls.append(place)
            let left = state.faults[place] ?? 0
            if left > 0 { state.faults[place] = left - 1 }
            return ProbeFinding(subject: probe, fault: left > 0 ? "answered 500" : nil, milliseconds: 1)
        }
    }

    func find(_ text: String) async throws -> Release {
        let found = state.withLock { $0.releases.values.first { $0.manifest.version.rawValue == text } }
        guard let found else { throw Broken(description: "there is no release \(text)") }
        return found
    }

    func release(_ digest: ArtifactDigest) async throws -> Release {
        guard let release = state.withLock({ $0.releases[digest] }) else {
            throw Broken(description: "there is no release \(digest)")
        }
        return release
    }

    func verify(_ digest: ArtifactDigest) async throws { try await pass("verify") }
}
