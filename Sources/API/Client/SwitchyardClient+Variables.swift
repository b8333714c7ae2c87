package import Domain

/// Secrets and settings.
extension SwitchyardClient {
    package func secrets(in environment: EnvironmentName) async throws -> [SecretReport] {
        try await get(.secrets, ["environment": environment.rawValue])
    }

    /// All versions of a secret, the oldest first.
    package func history(of secret: String, in environment: EnvironmentName) async throws -> [SecretReport] {
        try await get(.secretHistory, ["environment": environment.rawValue, "secret": secret])
    }

    package func set(_ request: SecretsRequest, in environment: EnvironmentName) async throws -> [SecretWritten] {
        try await send(.setSecrets, ["environment": environment.rawValue], body: request)
    }

    /// What setting these values would change.
    package func compare(
        _ request: SecretsRequest, in environment: EnvironmentName
    ) async throws -> [SecretDifference] {
        try await send(.compareSecrets, ["environment": environment.rawValue], body: request)
    }

    /// Answers the version that says that it was removed.
    package func removeSecret(_ name: String, in environment: EnvironmentName) async throws -> SecretReport {
        try await get(.removeSecret, ["environment": environment.rawValue, "secret": name])
    }

    package func export(
        _ request: SecretExportRequest, of environment: EnvironmentName
    ) async throws -> SecretExport {
        try await send(.exportSecrets, ["environment": environment.rawValue], body: request)
    }

    package func start(
        _ request: SecretCommandRequest, in environment: EnvironmentName
    ) async throws -> SecretCommand {
        try await send(.runWithSecrets, ["environment": environment.rawValue], body: request)
    }

    package func rotateKeys(_ request: KeyRotationRequest) async throws -> KeyRotation {
        try await send(.rotateSecretKeys, body: request)
    }

    /// A version of the settings, the newest where none is named.
    package func settings(in environment: EnvironmentName, version: Int? = nil) async throws -> SettingsReport {
        try await get(
            .settings, ["environment": environment.rawValue],
            query: ["version": version.map { "\($0)" }].compactMapValues { $0 })
    }

    package func change(_ request: SettingsRequest, in environment: EnvironmentName) async throws -> SettingsChanged {
        try await send(.changeSettings, ["environment": environment.rawValue], body: request)
    }
}
