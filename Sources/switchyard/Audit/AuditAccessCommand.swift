import API
import ArgumentParser
import Foundation

/// `switchyard audit access`
struct AuditAccessCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "access",
        abstract: "Lists who had access to an environment's database, newest first; that it was asked is recorded too.",
        discussion: """
            One-off commands that were given the database's address; backups, rehearsals and migrations of deployments; and, \
            where the embedded database's server has pgaudit, which tables the commands read and wrote. Statements and values \
            are not recorded. What somebody does on the database past Switchyard is not in it.
            """
    )

    @OptionGroup var environment: EnvironmentOption
    @OptionGroup var period: AuditPeriodOptions
    @Flag(help: "Print JSON.")
    var json = false
    @OptionGroup var state: ConnectionOption

    func run() async throws {
        let client = try state.client()
        let selection = ["since": period.since, "until": period.until].compactMapValues { $0 }
        let entries = try await client.dataAccesses(in: environment.resolve(with: client), selection, last: period.last)
        if json { return try Terminal.sayJSON(entries) }
        if entries.isEmpty { return Terminal.say("The record has no such access.") }
        var table = TextTable("ENTRY", "WHEN", "WHAT", "BY", "FOR", "OBJECT", "TIMES", "OUTCOME")
        for entry in entries {
            let action = entry.action.replacing("data_access.", with: "")
            table.add(
                "\(entry.number)", entry.at.formatted(.iso8601),
                [action, entry.details["command"]].compactMap { $0 }.joined(separator: ": "),
                entry.details["actor.name"] ?? entry.actor, entry.target ?? "",
                entry.details["object"] ?? entry.details["words"] ?? entry.details["release"] ?? "",
                entry.details["times"] ?? "", AuditText.outcome(of: entry))
        }
        table.lines.forEach(Terminal.say)
    }
}
