import Domain
import Telemetry

/// Asks the Prometheus servers of a configuration whether they take what guards its releases.
struct MetricTrial: Sendable {
    /// The guards of one server, of which the first silence speaks for all.
    private typealias Guards = [(environment: EnvironmentName, metric: MetricGuard)]

    let reader: PrometheusReader

    /// Throws the first refusal; what could not be found out is answered as sentences.
    func check(_ environments: [EnvironmentDefinition]) async throws -> [String] {
        let guards: Guards = environments.flatMap { environment in
            environment.policy.verdict.triggers.metrics.map { (environment.name, $0) }
        }
        let servers = Dictionary(grouping: guards) { $0.metric.server }.sorted { $0.key < $1.key }.map(\.value)
        return try await withThrowingTaskGroup(of: String?.self) { group in
            for guards in servers { group.addTask { try await check(guards) } }
            return try await group.reduce(into: []) { warnings, warning in
                if let warning { warnings.append(warning) }
            }.sorted()
        }
    }

    private func check(_ guards: Guards) async throws -> String? {
        for (environment, metric) in guards {
            switch await reader.check(metric) {
            case .accepted: continue
            case .refused(let sentence): throw ControlPlaneError.metricRefused(environment, sentence)
            case .unanswered(let sentence):
                return "\(sentence) Until it answers, nothing can be concluded of \(environment)'s releases by it."
            }
        }
        return nil
    }
}
