import Domain
import Foundation
import Logging
import Postgres
import Runtimes
import Store

/// The parts that keep what nobody may read.
struct SealedParts {
    let databases: EnvironmentDatabases
    let variables: EnvironmentVariables
    let starts: CommandStarts

    init(
        _ configuration: Domain.Configuration, _ database: StateDatabase, tree: SupervisorTree, folder: StateFolder,
        logger: Logger
    ) async throws {
        let usesCluster = configuration.environments.contains { $0.database == .embedded }
        let cluster = usesCluster ? try await PrivateCluster(folder: folder.postgres) : nil
        let passwords = DatabasePasswords(folder: folder.secrets)
        let variables = EnvironmentVariables(database, tree: tree, passwords: passwords, folder: folder)
        databases = EnvironmentDatabases(
            application: configuration.application, cluster: cluster, passwords: passwords,
            secretURL: { try await variables.databaseURL(of: $0) })
        self.variables = variables
        variables.makeKeys(logger: logger)
        starts = CommandStarts(folder: folder.commandStarts, databases: databases, now: Date())
    }

    func controllers(
        _ environments: Environments, _ accesses: DataAccesses, _ gatekeeper: Gatekeeper
    ) -> (SecretsController, SettingsController) {
        (
            SecretsController(
                variables: variables, starts: starts, environments: environments, accesses: accesses,
                gatekeeper: gatekeeper),
            SettingsController(vault: variables.vault, environments: environments)
        )
    }
}
