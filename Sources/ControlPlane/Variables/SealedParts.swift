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
        _ application: ApplicationName, _ database: StateDatabase, tree: SupervisorTree, cluster: PrivateCluster?,
        folder: StateFolder, logger: Logger
    ) {
        let passwords = DatabasePasswords(folder: folder.secrets)
        databases = EnvironmentDatabases(application: application, cluster: cluster, passwords: passwords)
        variables = EnvironmentVariables(database, tree: tree, passwords: passwords, folder: folder)
        variables.makeKeys(logger: logger)
        starts = CommandStarts(folder: folder.commandStarts, databases: databases, now: Date())
    }

    func controllers(_ environments: Environments) -> (SecretsController, SettingsController) {
        (
            SecretsController(variables: variables, starts: starts, environments: environments),
            SettingsController(vault: variables.vault, environments: environments)
        )
    }
}
