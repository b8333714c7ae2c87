package import Domain
import DurableFiles
import Foundation
import Glibc
package import Postgres

/// Takes backups with `pg_dump` in its directory format, two tables at a time.
///
/// A backup is written to a hidden folder, read back by `pg_restore --list`, and only then gets its name, so that a
/// folder without a leading dot is always a complete backup. Names are the time in UTC: they sort by age.
package struct PostgresDump: BackupTaker {
    /// Holds a folder for each environment.
    package let folder: String
    /// How many backups of an environment are kept.
    package let retained: Int

    package init(folder: String, retained: Int = BackupLimits.retained) {
        precondition(retained > 0, "At least the backup just taken must be kept.")
        self.folder = folder
        self.retained = retained
    }

    /// Takes a backup and removes the oldest ones beyond `retained`.
    ///
    /// Throws `BackupError`, and `PostgresError` when a program is missing or fails.
    package func takeBackup(of address: PostgresAddress, for environment: EnvironmentName) async throws -> Backup {
        let place = folder(of: environment)
        try FileManager.default.createDirectory(
            atPath: place, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        let turn = try BackupTurn(folder: place)
        defer { turn.end() }
        try removeHidden(in: place)
        try await checkDisk(for: address, at: place)
        let backup = try await write(address, to: place)
        try removeOldest(of: environment)
        return backup
    }

    /// The folders of an environment's complete backups, the oldest first.
    package func backups(of environment: EnvironmentName) throws -> [String] {
        let place = folder(of: environment)
        guard FileManager.default.fileExists(atPath: place) else { return [] }
        return try FileManager.default.contentsOfDirectory(atPath: place)
            .filter { !$0.hasPrefix(".") }.sorted().map { "\(place)/\($0)" }
    }

    private func folder(of environment: EnvironmentName) -> String {
        "\(folder)/\(environment)"
    }

    // MARK: Writing

    private func write(_ address: PostgresAddress, to place: String) async throws -> Backup {
        let startedAt = Date()
        let name = startedAt.formatted(Self.nameStyle).replacing(":", with: "-")
        let hidden = "\(place)/\(Self.unfinished)\(name)"
        defer { try? FileManager.default.removeItem(atPath: hidden) }
        try FileManager.default.createDirectory(
            atPath: hidden, withIntermediateDirectories: false, attributes: [.posixPermissions: 0o700])
        let dump = "\(hidden)/dump"
        try await runDump(address, to: dump, beside: hidden)
        try await verify(dump)
        let size = try Self.size(of: dump)
        guard rename(dump, "\(place)/\(name)") == 0 else { throw FileFault(operation: "rename", path: dump) }
        try DurableFile.synchronizeFolder(of: "\(place)/\(name)")
        return Backup(folder: "\(place)/\(name)", sizeInBytes: size, startedAt: startedAt, finishedAt: Date())
    }

    private func runDump(_ address: PostgresAddress, to dump: String, beside folder: String) async throws {
        let program = try await PostgresProgram("pg_dump", of: .find(holding: "pg_dump"))
        try await PasswordFile.using(address, in: folder) { variables in
            _ = try await program.run(
                [
                    "--format=directory", "--jobs=2", "--file=\(dump)", "--no-password",
                    "--dbname=\(address.connectionStringWithoutPassword)",
                ], environment: variables, limit: BackupLimits.backup)
        }
    }

    private func verify(_ dump: String) async throws {
        let program = try await PostgresProgram("pg_restore", of: .find(holding: "pg_restore"))
        do {
            try await program.run(["--list", dump], outputLimit: BackupLimits.contents, limit: BackupLimits.backup)
        } catch PostgresError.program(_, _, let lastLines) {
            throw BackupError.unverified(reason: lastLines)
        }
    }

    // MARK: Room

    /// Compares the free space with the database's size on its server, which a compressed dump stays below.
    private func checkDisk(for address: PostgresAddress, at place: String) async throws {
        let connection = try await PostgresConnection.connect(to: address, applicationName: "switchyard backup")
        let rows = try await connection.query("SELECT pg_database_size(current_database()) AS size")
        await connection.close()
        let needed = try rows[0].decode("size", as: Int.self) + BackupLimits.reserve
        var status = statvfs()
        guard statvfs(place, &status) == 0 else { throw FileFault(operation: "measure the disk of", path: place) }
        let free = Int(status.f_bavail) * Int(status.f_frsize)
        guard free >= needed else {
            throw BackupError.diskTooSmall(folder: place, neededBytes: needed, freeBytes: free)
        }
    }

    private static func size(of folder: String) throws -> Int {
        try FileManager.default.contentsOfDirectory(atPath: folder).reduce(0) { sum, name in
            let attributes = try FileManager.default.attributesOfItem(atPath: "\(folder)/\(name)")
            return sum + (attributes[.size] as? Int ?? 0)
        }
    }

    // MARK: Removing

    private static let unfinished = ".unfinished-"
    private static let nameStyle = Date.ISO8601FormatStyle(includingFractionalSeconds: true)

    /// What an interrupted backup or an interrupted removal left. A `pg_dump` that outlived its Switchyard may be writing
    /// there still: what cannot be removed now stays hidden until the next backup.
    private func removeHidden(in place: String) throws {
        for name in try FileManager.default.contentsOfDirectory(atPath: place) where name.hasPrefix(Self.unfinished) {
            try? FileManager.default.removeItem(atPath: "\(place)/\(name)")
        }
    }

    private func removeOldest(of environment: EnvironmentName) throws {
        let place = folder(of: environment)
        for path in try backups(of: environment).dropLast(retained) {
            // Hidden first: half a backup must not look like a whole one.
            guard rename(path, "\(place)/\(Self.unfinished)\((path as NSString).lastPathComponent)") == 0 else {
                throw FileFault(operation: "rename", path: path)
            }
        }
        try removeHidden(in: place)
    }
}
