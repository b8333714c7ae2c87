import Backups
import Domain
import Foundation
import Migrations
import Postgres

/// Where a rehearsal takes place: a folder with the backup and, unless another server is named, a server of its own.
struct RehearsalStage: Sendable {
    let folder: String
    let database: PostgresAddress
    /// Nil for a server of its own.
    let server: PostgresAddress?
    /// A file of statements; nil for none.
    let statements: String?
    let scratch: String
    let budget: Duration

    /// Rehearses, and removes everything that it made, whatever came of it.
    func play() async throws -> RehearsalReport {
        let place =
            "\(scratch.hasSuffix("/") ? String(scratch.dropLast()) : scratch)/switchyard-rehearsal-"
            + UUID().uuidString.prefix(8).lowercased()
        try FileManager.default.createDirectory(
            // The server's account must be able to pass through.
            atPath: place, withIntermediateDirectories: false, attributes: [.posixPermissions: 0o711])
        defer { try? FileManager.default.removeItem(atPath: place) }
        let rehearsed = try await RehearsedDatabase.examine(database)
        try rehearsed.checkDisk(at: place)
        let rehearsal = try await rehearsal(of: rehearsed)
        Terminal.narrate("Backing up \(database).")
        let backup = try await PostgresDump(folder: "\(place)/backups")
            .takeBackup(of: database, for: EnvironmentName(unchecked: "rehearsal"))
        if let server { return try await restore(backup, of: rehearsed, on: server, then: rehearsal) }
        let cluster = try await PrivateCluster(folder: "\(place)/cluster", durability: .disposable)
        return try await cluster.whileRunning {
            try await restore(backup, of: rehearsed, on: cluster.superuserAddress(), then: rehearsal)
        }
    }

    private func rehearsal(of rehearsed: RehearsedDatabase) async throws -> Rehearsal {
        var observed = ObservedStatements()
        if let statements { try observed.add(file: statements) }
        try await observed.addStatistics(of: database)
        let migrations = try MigrationFolder.read(folder, parser: PgQueryParser())
        var rehearsal = Rehearsal(migrations: migrations, database: rehearsed, observed: observed)
        rehearsal.limits.budget = budget
        rehearsal.progress = { Terminal.narrate($0) }
        return rehearsal
    }

    private func restore(
        _ backup: Backup, of rehearsed: RehearsedDatabase, on server: PostgresAddress, then rehearsal: Rehearsal
    ) async throws -> RehearsalReport {
        Terminal.narrate("Restoring the backup of \(backup.sizeInBytes / 1_000_000) MB as a clone.")
        return try await RehearsalClone.with(
            of: rehearsed, backup: backup.folder, on: server, limits: rehearsal.limits
        ) { clone in
            try await rehearsal.run(on: clone)
        }
    }
}
