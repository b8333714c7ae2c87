import Backups
import Domain
import Foundation
package import Migrations
package import Postgres

/// Where a framework's migrator runs so that its SQL can be written down: a clone of the database on a server of its
/// own, whose log holds every statement.
package struct CaptureStage: Sendable {
    /// Made for the capture, and removed with everything in it.
    private let folder: String
    private let database: PostgresAddress
    private let progress: @Sendable (String) -> Void

    package init(
        folder: String, database: PostgresAddress, progress: @escaping @Sendable (String) -> Void = { _ in }
    ) {
        self.folder = folder
        self.database = database
        self.progress = progress
    }

    /// What was captured, proved.
    package struct Outcome: Sendable {
        package let captured: CapturedMigration
        package let arrangement: CapturedMigration.Arrangement
        package let steps: [MigrationPhase: String]
        /// Tables whose rows came out with other values when the SQL was played: now() and its like.
        package let otherValues: [String]
    }

    /// Runs the migrator on a clone of the database and returns what it changed, as SQL that was shown to do the same;
    /// nil where it changed nothing.
    ///
    /// `migrator` gets the variables that lead to the clone. Throws its error, `CaptureError` and `RehearsalError`; the
    /// database is only read, and nothing is left in any case.
    package func capture(
        _ origin: CapturedMigration.Origin, command: String,
        migrator: @escaping @Sendable ([String: String?]) async throws -> Void
    ) async throws -> Outcome? {
        try FileManager.default.createDirectory(
            // The server's account must be able to pass through.
            atPath: folder, withIntermediateDirectories: false, attributes: [.posixPermissions: 0o711])
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let examined = try await RehearsedDatabase.examine(database)
        try examined.checkDisk(at: folder)
        progress("Backing up \(database).")
        let backup = try await PostgresDump(folder: "\(folder)/backups")
            .takeBackup(of: database, for: EnvironmentName(unchecked: "capture")).folder
        let place = "\(folder)/c"
        let cluster = try await PrivateCluster(
            folder: place, durability: .disposable, settings: ServerLog.settings(folder: "\(place)/log"))
        return try await cluster.whileRunning {
            progress("Restoring the backup as a clone (the database has \(examined.sizeInBytes / 1_000_000) MB).")
            return try await RehearsalClone.with(
                of: examined, backup: backup, on: cluster.superuserAddress(), limits: RehearsalLimits()
            ) { clone in
                let recorder = CaptureRecorder(cluster: cluster, examined: examined, clone: clone.address)
                return try await record(origin, command, by: recorder, migrator)
            }
        }
    }

    private func record(
        _ origin: CapturedMigration.Origin, _ command: String, by recorder: CaptureRecorder,
        _ migrator: ([String: String?]) async throws -> Void
    ) async throws -> Outcome? {
        try await recorder.prepare()
        progress("Running '\(command)' on the clone.")
        try await migrator(recorder.variables())
        let captured = try await CapturedMigration(recorder.statements(of: command), clone: recorder.cloneName)
        return captured.isEmpty ? nil : try await prove(captured, origin, by: recorder)
    }

    /// Plays it on a copy of the database as it was before, the better arrangement first.
    private func prove(
        _ captured: CapturedMigration, _ origin: CapturedMigration.Origin, by recorder: CaptureRecorder
    ) async throws -> Outcome {
        progress("Playing the \(captured.statements.count) captured statements on another copy.")
        var differences: [String] = []
        var best: Outcome?
        for arrangement in captured.arrangements {
            let steps = try captured.steps(arrangement, from: origin)
            let finding = try await recorder.play(steps)
            guard finding.differences.isEmpty else {
                differences = finding.differences
                continue
            }
            // Values that only another order gives are no matter of now().
            if let best, best.otherValues.count <= finding.otherValues.count { continue }
            best = Outcome(
                captured: captured, arrangement: arrangement, steps: steps, otherValues: finding.otherValues)
            if finding.otherValues.isEmpty { break }
        }
        guard let best else { throw CaptureError.differs(differences) }
        return best
    }
}
