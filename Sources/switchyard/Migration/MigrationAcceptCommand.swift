import ArgumentParser
import Migrations

/// `switchyard migration accept`
struct MigrationAcceptCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "accept",
        abstract: "Takes what was changed of the schema by hand for a part of it, and records who did.",
        discussion: """
            Migrations are refused while the schema differs from what the last one left. Changes to owners, privileges, \
            extensions and partitions are no difference. Shows what is accepted; 'migration history' keeps it.
            """
    )

    @OptionGroup var database: MigrationDatabaseOptions
    @OptionGroup var change: MigrationChangeOptions
    @Flag(help: "Print JSON.")
    var json = false

    private struct Outcome: Encodable {
        let accepted: [String]
    }

    func run() async throws {
        let changes = try await CommandExit.migrating {
            try await change.executor(at: database.address()).acceptChangesByHand(cause: change.cause)
        }
        if json { return try Terminal.sayJSON(Outcome(accepted: changes)) }
        if changes.isEmpty { return Terminal.say("Nothing was changed by hand since the last run.") }
        Terminal.say("Accepted, by \(change.cause.author ?? "nobody named"):")
        changes.forEach { Terminal.say("  \($0)") }
    }
}
