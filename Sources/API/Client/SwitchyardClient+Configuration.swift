extension SwitchyardClient {
    /// Where the configuration comes from, and its newest change.
    package func configuration() async throws -> ConfigurationReport { try await get(.configuration) }

    /// What a configuration would change; it is checked as for `applyConfiguration`.
    package func compareConfiguration(_ request: ConfigurationRequest) async throws -> ConfigurationReport {
        try await send(.compareConfiguration, body: request)
    }

    /// Begins to apply a configuration; `configuration()` tells how that ended.
    package func applyConfiguration(_ request: ConfigurationRequest) async throws -> ConfigurationReport {
        try await send(.applyConfiguration, body: request)
    }
}
