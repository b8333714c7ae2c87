import API
import ArgumentParser
import Domain
import Foundation

/// `switchyard history [DEPLOYMENT]`
struct HistoryCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "history",
        abstract: "Lists deployments, one-off commands and changes of the maintenance page, or shows one deployment."
    )

    @Argument(help: "The number of a deployment.")
    var deployment: Int?
    @Option(
        name: [.customShort("e"), .customLong("environment")], help: "Only this environment.",
        transform: { try EnvironmentName($0) })
    var environment: EnvironmentName?
    @Option(help: "How many.")
    var last = 20
    @Flag(help: "Print JSON.")
    var json = false
    @OptionGroup var state: ConnectionOption

    func validate() throws {
        guard (1...1_000).contains(last) else { throw ValidationError("'--last' takes 1 to 1000.") }
    }

    func run() async throws {
        let client = try state.client()
        if let deployment {
            return try show(await client.deployment(DeploymentID(deployment)))
        }
        let deployments = try await client.deployments(in: environment, last: last).map(HistoryItem.deployment)
        let maintenance = try await client.maintenance(in: environment, last: last).map(HistoryItem.maintenance)
        let commands = try await client.commands(in: environment, last: last).map(HistoryItem.command)
        try list((deployments + maintenance + commands).sorted { $0.createdAt > $1.createdAt }.prefix(last))
    }

    private func list(_ items: ArraySlice<HistoryItem>) throws {
        if json { return try Terminal.sayJSON(Array(items)) }
        if items.isEmpty { return Terminal.say("Nothing has been deployed yet.") }
        var table = TextTable("NUMBER", "WHEN", "ENVIRONMENT", "WHAT", "RELEASE", "OUTCOME", "BY", "REASON")
        for item in items { table.add(item.cells) }
        table.lines.forEach(Terminal.say)
    }

    private func show(_ report: DeploymentReport) throws {
        if json { return try Terminal.sayJSON(report) }
        let deployment = report.deployment
        Terminal.say("Deployment \(deployment.id): \(deployment.kind.rawValue) of \(deployment.release)")
        Terminal.say("  environment  \(deployment.environment), asked for by \(deployment.requestedBy)")
        Terminal.say("  before it    \(deployment.previous?.description ?? "nothing")")
        Terminal.say("  outcome      \(deployment.outcome?.rawValue ?? "under way")")
        if let reason = deployment.reason { Terminal.say("  reason       \(reason)") }
        for line in report.journal {
            let text = line.text.map { "  \($0)" } ?? ""
            Terminal.say("  \(line.at.formatted(.iso8601))  \(line.boundary)\(text)")
        }
    }
}
