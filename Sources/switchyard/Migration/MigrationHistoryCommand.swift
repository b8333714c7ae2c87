import ArgumentParser
import Foundation
import Migrations

/// `switchyard migration history`
struct MigrationHistoryCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "history",
        abstract: "Lists what was applied to a database, reverted and recorded, by whom and when."
    )

    @OptionGroup var database: MigrationDatabaseOptions
    @Option(help: ArgumentHelp("How many, the latest last.", valueName: "count"))
    var last = 50
    @Flag(help: "Print JSON.")
    var json = false

    func validate() throws {
        guard (1...10_000).contains(last) else { throw ValidationError("'--last' takes 1 to 10000.") }
    }

    func run() async throws {
        let events = try await CommandExit.migrating {
            try await MigrationExecutor(address: database.address()).history(last: last)
        }
        if json { return try Terminal.sayJSON(events) }
        if events.isEmpty { return Terminal.say("Nothing was applied to this database by Switchyard.") }
        var table = TextTable("WHEN", "MIGRATION", "PHASE", "WHAT", "TOOK", "RELEASE", "BY", "SHA-256")
        for event in events {
            table.add(
                event.finishedAt.formatted(.iso8601), event.name, event.phase?.rawValue ?? "", event.action.rawValue,
                Duration.milliseconds(event.durationMilliseconds).inWords, event.release ?? "", event.author ?? "",
                String(event.sha256.prefix(12)))
        }
        table.lines.forEach(Terminal.say)
    }
}
