package import Domain
import Foundation
package import Postgres
import Subprocess
import SystemPackage

extension SwitchyardFixture {
    /// The embedded database of an environment, as the superuser of its cluster.
    package func database(of environment: EnvironmentName = .production, application: String = "example") async throws
        -> PostgresAddress
    {
        try await PrivateCluster(folder: "\(state)/postgres").superuserAddress()
            .database("\(application)_\(environment)")
    }

    /// What lies in the folder of an environment's backups, what is half written included.
    package func backupFolder(of environment: EnvironmentName = .production) -> [String] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: "\(state)/backups/\(environment)")) ?? []
        return names.filter { $0 != ".turn" }.sorted()
    }

    /// Whether a backup can be read from its first to its last row.
    package func isReadable(backup name: String, of environment: EnvironmentName = .production) async throws -> Bool {
        let program = try await PostgresInstallation.find(holding: "pg_restore").path(of: "pg_restore")
        let result = try await run(
            .path(FilePath(program)), arguments: ["--file=/dev/null", "\(state)/backups/\(environment)/\(name)"],
            output: .discarded, error: .discarded)
        return result.terminationStatus.isSuccess
    }
}
