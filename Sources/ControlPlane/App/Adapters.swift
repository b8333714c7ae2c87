import Deployments
import Domain
import Judging
import Releases
import Secrets
import Store
import Telemetry
import Traffic

// The engines speak through protocols of their own; the adapters know nothing of them. Here the two meet.

/// HAProxy as the router of the deployments.
struct ProxyRouter: TrafficRouter {
    let proxy: HAProxy

    func place(_ table: SlotTable) async throws -> String? {
        let result = try await proxy.place(table)
        let edited = result.keptAside.map {
            "haproxy.cfg was edited by hand and is written anew, the edited one is \($0)"
        }
        return edited ?? result.undurable.map { "HAProxy has the addresses, its file has not: \($0)" }
    }

    func route(_ table: SlotTable) async throws { try await proxy.route(table) }

    func inFlight(_ environment: EnvironmentName, _ slot: SlotName) async throws -> InFlight {
        try await proxy.inFlight(environment, slot)
    }

    func answers(_ environment: EnvironmentName, _ slot: SlotName) async throws -> AnswerCounts {
        try await proxy.answers(environment, slot)
    }

    func healthyServers(_ environment: EnvironmentName, _ slot: SlotName) async throws -> Int {
        try await proxy.healthyServers(environment, slot)
    }

    func closeLongConnections(environment: EnvironmentName, slot: SlotName, over spread: Duration) async throws {
        try await proxy.closeLongConnections(environment: environment, slot: slot, over: spread)
    }
}

/// The artifact store as the catalog of the deployments.
struct StoredReleases: ReleaseCatalog {
    let store: ArtifactStore

    func find(_ text: String) async throws -> Release { try store.find(text) }

    func release(_ digest: ArtifactDigest) async throws -> Release { try store.release(digest) }

    func verify(_ digest: ArtifactDigest) async throws { try await store.verify(digest) }
}

extension DeploymentStore: DeploymentRecords {}

extension VerdictStore: VerdictRecords {}

extension SecretStore: SecretRecords {}

/// HAProxy's request log as what deployments see of users.
struct ProxyTelemetry: RequestTelemetry {
    let log: RequestLog

    func recent(_ environment: EnvironmentName, _ slot: SlotName) async -> SlotCounts { log.recent(environment, slot) }

    func leaveOut(_ paths: Set<String>, of environment: EnvironmentName) async { log.leaveOut(paths, of: environment) }

    func begin(_ drawing: Drawing) async {
        log.begin(drawing)
    }

    func take(_ environment: EnvironmentName) async -> Observation {
        let seen = log.take(environment)
        return Observation(ticks: seen.ticks, green: seen.green, blue: seen.blue, gap: seen.gap?.withoutFullStop)
    }

    func end(_ environment: EnvironmentName) async { log.end(environment) }
}

/// Prometheus servers as what guards are asked of.
struct PrometheusMetrics: MetricReader {
    let reader: PrometheusReader

    func value(of guarded: MetricGuard) async -> MetricValue {
        switch await reader.value(of: guarded) {
        case .value(let number): .value(number)
        case .inconclusive(let why): .inconclusive(why.withoutFullStop)
        }
    }
}

extension String {
    /// The same as a part of a longer sentence.
    fileprivate var withoutFullStop: String { hasSuffix(".") ? String(dropLast()) : self }
}
