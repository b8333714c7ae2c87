/// Which values a release would get now, and what of them differs from what the serving one has.
package struct PlannedVariables: Codable, Equatable, Sendable {
    package var versions: VariableVersions
    /// A sentence for each secret that differs, by version and fingerprint, and one for the settings.
    package var changes: [String]

    package init(versions: VariableVersions = VariableVersions(), changes: [String] = []) {
        self.versions = versions
        self.changes = changes
    }
}
