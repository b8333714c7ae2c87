import Backups
import Domain
import Foundation
package import Migrations
package import Postgres

/// Where a rehearsal takes place: a folder of its own with a clone's server and, unless there is one, a backup.
package struct RehearsalStage: Sendable {
    /// Made for the rehearsal, and removed with everything in it.
    private let folder: String
    private let database: PostgresAddress
    /// Where the clone is to be; nil for a server of its own.
    private let server: PostgresAddress?
    /// The folder of a backup that was just taken; nil to take one.
    private let backup: String?
    private let progress: @Sendable (String) -> Void

    package init(
        folder: String, database: PostgresAddress, server: PostgresAddress? = nil, backup: String? = nil,
        progress: @escaping @Sendable (String) -> Void = { _ in }
    ) {
        self.folder = folder
        self.database = database
        self.server = server
        self.backup = backup
        self.progress = progress
    }

    /// Where a clone is and what is lent to those who work on it.
    package struct Clone: Sendable {
        package let rehearsed: RehearsedDatabase
        /// The clone's own server; nil where another one was named.
        package let cluster: PrivateCluster?
    }

    /// Clones the database, rehearses what `rehearsal` makes of the clone, and removes everything, whatever came of it.
    package func play(
        _ rehearsal: @escaping @Sendable (Clone) async throws -> Rehearsal
    ) async throws -> RehearsalReport {
        try FileManager.default.createDirectory(
            // The server's account must be able to pass through.
            atPath: folder, withIntermediateDirectories: false, attributes: [.posixPermissions: 0o711])
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let start = ContinuousClock.now
        let rehearsed = try await RehearsedDatabase.examine(database)
        try checkSpace(for: rehearsed)
        let backup = if let backup { backup } else { try await takeBackup() }
        let taken = start.duration(to: .now)
        guard let server else {
            let cluster = try await PrivateCluster(folder: "\(folder)/c", durability: .disposable)
            return try await cluster.whileRunning {
                try await play(
                    rehearsal, of: Clone(rehearsed: rehearsed, cluster: cluster), on: cluster.superuserAddress(),
                    backup: backup, taken: taken)
            }
        }
        return try await play(
            rehearsal, of: Clone(rehearsed: rehearsed, cluster: nil), on: server, backup: backup, taken: taken)
    }

    /// Looks only where it can: the disk of another machine is not seen from here. A backup looks for its own space.
    private func checkSpace(for database: RehearsedDatabase) throws {
        guard let server, !server.isLocal else { return try database.checkDisk(at: folder) }
        progress(
            "The clone may need \(database.cloneSizeInBytes / 1_000_000) MB at \(server); whether they are free there "
                + "could not be checked from this machine.")
    }

    private func takeBackup() async throws -> String {
        progress("Backing up \(database).")
        return try await PostgresDump(folder: "\(folder)/backups")
            .takeBackup(of: database, for: EnvironmentName(unchecked: "rehearsal")).folder
    }

    private func play(
        _ make: (Clone) async throws -> Rehearsal, of clone: Clone, on server: PostgresAddress, backup: String,
        taken: Duration
    ) async throws -> RehearsalReport {
        progress("Restoring the backup as a clone (the database has \(clone.rehearsed.sizeInBytes / 1_000_000) MB).")
        var rehearsal = try await make(clone)
        rehearsal.progress = progress
        let ready = rehearsal
        let start = ContinuousClock.now
        return try await RehearsalClone.with(
            of: clone.rehearsed, backup: backup, on: server, limits: ready.limits, leavesRemains: clone.cluster != nil
        ) { place in
            let cloned = start.duration(to: .now)
            var report = try await ready.run(on: place)
            report.add("clone", took: cloned, first: true)
            if self.backup == nil { report.add("backup", took: taken, first: true) }
            return report
        }
    }
}
