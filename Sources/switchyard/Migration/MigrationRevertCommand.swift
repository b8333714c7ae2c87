import ArgumentParser
import Domain
import Migrations

/// `switchyard migration revert DIR`
struct MigrationRevertCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "revert",
        abstract: "Takes back the expansion of the latest migration that is applied.",
        discussion: "Runs its revert.sql. What a contract step took away comes back from a backup only."
    )

    @OptionGroup var folder: MigrationFolderArgument
    @OptionGroup var database: MigrationDatabaseOptions
    @OptionGroup var change: MigrationChangeOptions
    @Option(
        name: .customLong("migration"),
        help: ArgumentHelp("Only if the latest is this one.", valueName: "name"),
        transform: { try MigrationName($0) })
    var name: MigrationName?
    @Flag(help: "Print JSON.")
    var json = false

    private struct Outcome: Encodable {
        let reverted: String
    }

    func run() async throws {
        let reverted = try await CommandExit.migrating {
            try await change.executor(at: database.address()).revert(
                name, of: folder.migrations(), cause: change.cause)
        }
        if json { return try Terminal.sayJSON(Outcome(reverted: reverted.rawValue)) }
        Terminal.say("Reverted \(reverted).")
    }
}
