package import Domain

/// The application's database in one environment, as a deployment needs it.
package protocol ApplicationDatabase: Sendable {
    /// What of the release's migrations the database does not have yet.
    func pendingMigrations(of release: Release, in environment: EnvironmentDefinition) async throws -> PendingMigrations
    /// Dumps the database; answers where the backup lies, in a sentence.
    func backUp(_ environment: EnvironmentDefinition, for deployment: DeploymentID) async throws -> String
    /// Applies the pending expand migrations; answers their names. Applied ones are passed over.
    func expand(
        _ environment: EnvironmentDefinition, to release: Release, for deployment: DeploymentID
    ) async throws -> [String]
}
