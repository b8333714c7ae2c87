/// Which values of an environment's variables a release gets.
///
/// Part of a plan's digest, so that an approval is for these.
package struct VariableVersions: Codable, Hashable, Sendable {
    /// The version of the settings as a whole; 0 where there never were any.
    package let settings: Int
    /// The version of each secret.
    package let secrets: [VariableName: Int]

    package init(settings: Int = 0, secrets: [VariableName: Int] = [:]) {
        self.settings = settings
        self.secrets = secrets
    }

    /// One line each, in the order of their names: the same text for the same versions, to be hashed.
    package var canonicalText: String {
        (["settings \(settings)"] + secrets.sorted { $0.key < $1.key }.map { "secret \($0.key) \($0.value)" })
            .joined(separator: "\n")
    }
}
