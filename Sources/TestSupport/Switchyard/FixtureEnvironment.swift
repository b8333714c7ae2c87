package import Domain

/// An environment of a Switchyard under test; its times are short unless a test says otherwise.
package struct FixtureEnvironment: Sendable {
    package let name: EnvironmentName
    /// `none`, `embedded` or `{url: …}`.
    package var database: String
    package var settings: [String: String]
    /// Policy keys of switchyard.yaml with their values, such as `bake: 1s`.
    package var policy: [String: String]

    package init(
        _ name: String = "production", database: String = "none", settings: [String: String] = [:],
        policy: [String: String] = [:]
    ) {
        self.name = EnvironmentName(unchecked: name)
        self.database = database
        self.settings = settings
        self.policy = policy
    }

    /// The host name that leads to it.
    package var domain: String { "\(name).switchyard.test" }

    private static let shortTimes = [
        "bake": "200ms", "drain": "2s", "stop": "5s", "close_spread": "1s", "recovery": "10s", "warm_deadline": "30s",
        "strategy": "blue_green",
    ]

    /// Its part of switchyard.yaml.
    package var yaml: String {
        var lines = ["  \(name):", "    domains: [\(domain)]", "    database: \(database)"]
        if !settings.isEmpty {
            lines += ["    settings:"] + settings.sorted { $0.key < $1.key }.map { "      \($0.key): \"\($0.value)\"" }
        }
        lines += Self.shortTimes.merging(policy) { _, ours in ours }.sorted { $0.key < $1.key }
            .map { "    \($0.key): \($0.value)" }
        return lines.joined(separator: "\n")
    }
}

extension EnvironmentName {
    /// The environment of most tests.
    package static let production = EnvironmentName(unchecked: "production")
}
