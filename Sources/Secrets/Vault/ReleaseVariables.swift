package import Domain

/// What a release finds in its environment, read once at its start.
package struct ReleaseVariables: Sendable {
    package let secrets: [VariableName: Secret]
    package let settings: [VariableName: String]
    /// Which values these are.
    package let versions: VariableVersions

    /// Everything in the clear, for the process that it is meant for and nobody else.
    package func reveal() -> [String: String] {
        var variables = Dictionary(uniqueKeysWithValues: settings.map { ($0.key.rawValue, $0.value) })
        for (name, secret) in secrets { variables[name.rawValue] = secret.reveal() }
        return variables
    }
}
