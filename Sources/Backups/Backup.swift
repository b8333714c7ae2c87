package import Domain
package import Foundation
package import Postgres

/// A complete copy of a database in a folder.
package struct Backup: Sendable, Equatable {
    package let folder: String
    package let sizeInBytes: Int
    package let startedAt: Date
    package let finishedAt: Date
}

/// Takes the copy that must exist before a deployment changes a database.
package protocol BackupTaker: Sendable {
    /// Returns when the backup is complete, verified and durable.
    func takeBackup(of address: PostgresAddress, for environment: EnvironmentName) async throws -> Backup
}
