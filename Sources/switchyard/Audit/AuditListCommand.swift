import API
import ArgumentParser
import Foundation

/// `switchyard audit list`
struct AuditListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "Lists entries of the audit record, newest first; that it was read is recorded too."
    )

    @Option(name: [.customShort("e"), .customLong("environment")], help: "Only in this environment.")
    var environment: String?
    @Option(help: "Only this action, such as deployment.open.")
    var action: String?
    @Option(help: "Only of this account.")
    var actor: String?
    @Option(help: "Only what was done to this release, deployment or command.")
    var target: String?
    @Option(help: "Only with this outcome: succeeded, refused, failed, interrupted.")
    var outcome: String?
    @OptionGroup var period: AuditPeriodOptions
    @Flag(help: "Print JSON.")
    var json = false
    @OptionGroup var state: ConnectionOption

    func run() async throws {
        let selection = [
            "environment": environment, "action": action, "actor": actor, "target": target, "outcome": outcome,
            "since": period.since, "until": period.until,
        ].compactMapValues { $0 }
        let entries = try await state.client().auditEntries(selection, last: period.last)
        if json { return try Terminal.sayJSON(entries) }
        if entries.isEmpty { return Terminal.say("The record has no such entry.") }
        var table = TextTable("ENTRY", "WHEN", "WHAT", "ENVIRONMENT", "TARGET", "BY", "OUTCOME", "REASON")
        for entry in entries {
            table.add(
                "\(entry.number)", entry.at.formatted(.iso8601), entry.action, entry.environment ?? "",
                entry.target ?? "", entry.details["actor.name"] ?? entry.actor, AuditText.outcome(of: entry),
                entry.reason ?? "")
        }
        table.lines.forEach(Terminal.say)
    }
}
