import API
import Deployments
import Domain
import Foundation
import Secrets
import Settings

/// Puts two environments side by side.
struct ComparedEnvironments: Sendable {
    typealias Difference = EnvironmentComparison.Difference

    let application: ApplicationName
    let schema: SchemaChanges
    let vault: SecretVault
    let infrastructure: Infrastructure

    func compare(_ first: EnvironmentDeployer, _ second: EnvironmentDeployer) async throws -> EnvironmentComparison {
        let (one, other) = (first.environment, second.environment)
        var comparison = EnvironmentComparison(
            first: one.name, second: other.name, differences: [], sharedSecrets: [], gaps: [])
        let (serving, beside) = (
            await first.table.leading?.occupant?.release, await second.table.leading?.occupant?.release
        )
        comparison.differences += Self.differences(
            "release", ["version": serving?.version.rawValue, "digest": serving?.digest.rawValue],
            ["version": beside?.version.rawValue, "digest": beside?.digest.rawValue])
        let (migrations, others) = (await applied(one, &comparison.gaps), await applied(other, &comparison.gaps))
        if let migrations, let others { comparison.differences += Self.differences("schema", migrations, others) }
        comparison.differences += Self.differences(
            "settings", try await settings(of: one), try await settings(of: other))
        try await compareSecrets(one.name, other.name, in: &comparison)
        comparison.differences += Self.differences("policy", policy(of: one), policy(of: other))
        return comparison
    }

    /// Migrations that are applied; nil, and why, where that cannot be told.
    private func applied(_ environment: EnvironmentDefinition, _ gaps: inout [String]) async -> [String: String?]? {
        do {
            try await infrastructure.waitUntilReady(for: environment)
            let names = try await schema.appliedMigrations(in: environment)
            return [String: String?](names.map { ($0, "applied") }, uniquingKeysWith: { first, _ in first })
        } catch {
            gaps.append("The schema of \(environment.name) cannot be told: \(error)")
            return nil
        }
    }

    /// What processes get in the clear, beside what releases bring.
    private func settings(of environment: EnvironmentDefinition) async throws -> [String: String?] {
        let set = try await vault.settings(in: environment.name, version: nil).values
        return environment.settings.merging(
            [String: String](uniqueKeysWithValues: set.map { ($0.key.rawValue, $0.value) })
        ) { $1 }
    }

    /// Values of secrets are never told; which version is there, and whether two are the same, is.
    private func compareSecrets(
        _ one: EnvironmentName, _ other: EnvironmentName, in comparison: inout EnvironmentComparison
    ) async throws {
        let (first, second) = (try await vault.list(in: one), try await vault.list(in: other))
        let (had, has) = (Self.byName(first), Self.byName(second))
        comparison.differences += Self.differences(
            "secrets", had.mapValues { "version \($0.version)" }, has.mapValues { "version \($0.version)" }
        ).filter { $0.first == nil || $0.second == nil }
        comparison.sharedSecrets = had.filter { name, summary in
            summary.fingerprint != nil && summary.fingerprint == has[name]?.fingerprint
        }.keys.sorted()
    }

    private static func byName(_ list: [SecretSummary]) -> [String: SecretSummary] {
        [String: SecretSummary](
            list.filter { $0.fingerprint != nil }.map { ($0.name.rawValue, $0) },
            uniquingKeysWith: { first, _ in first })
    }

    /// Everything else that switchyard.yaml says, but for where it is reached and what is compared above.
    private func policy(of environment: EnvironmentDefinition) -> [String: String?] {
        let prefix = "environments.\(environment.name)."
        let passed = ["domains", "database", "settings.", "rehearsal_settings.", "purpose"]
        let settings = Configuration(application: application, environments: [environment]).settingsInForce
        var policy: [String: String?] = ["database": EnvironmentFacts(environment, serving: nil, freeze: nil).database]
        for setting in settings where setting.key.hasPrefix(prefix) {
            let key = String(setting.key.dropFirst(prefix.count))
            guard !passed.contains(where: { key.hasPrefix($0) }) else { continue }
            policy[key] = setting.value
        }
        return policy
    }

    static func differences(
        _ section: String, _ first: [String: String?], _ second: [String: String?]
    ) -> [Difference] {
        Set(first.keys).union(second.keys).sorted().compactMap { name in
            let (one, other) = (first[name] ?? nil, second[name] ?? nil)
            return one == other ? nil : Difference(section: section, name: name, first: one, second: other)
        }
    }
}
