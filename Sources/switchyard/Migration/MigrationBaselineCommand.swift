import ArgumentParser
import Domain
import Migrations

/// `switchyard migration baseline DIR`
struct MigrationBaselineCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "baseline",
        abstract: "Records migrations as applied without running them, for a database that has what they make."
    )

    @OptionGroup var folder: MigrationFolderArgument
    @OptionGroup var database: MigrationDatabaseOptions
    @OptionGroup var change: MigrationChangeOptions
    @Option(
        name: .customLong("through"),
        help: ArgumentHelp("The last migration that the database has; without it, all.", valueName: "name"),
        transform: { try MigrationName($0) })
    var last: MigrationName?
    @Flag(help: "Print JSON.")
    var json = false

    private struct Outcome: Encodable {
        let recorded: [String]
    }

    func run() async throws {
        let names = try await CommandExit.migrating {
            try await change.executor(at: database.address()).baseline(
                folder.migrations(), through: last, cause: change.cause)
        }
        if json { return try Terminal.sayJSON(Outcome(recorded: names.map(\.rawValue))) }
        if names.isEmpty { return Terminal.say("Nothing was recorded: every migration is recorded already.") }
        Terminal.say("Recorded as applied: \(names.map(\.rawValue).joined(separator: ", ")).")
    }
}
