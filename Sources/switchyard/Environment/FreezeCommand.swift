import API
import ArgumentParser
import Domain
import Foundation

/// `switchyard freeze ...`
struct FreezeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "freeze", abstract: "Times in which nobody changes an environment.",
        discussion: """
            Deployments and contractions are refused meanwhile, and what was approved waits. Going back is always possible, and \
            break-glass passes a freeze.
            """,
        subcommands: [FreezeBeginCommand.self, FreezeListCommand.self, FreezeLiftCommand.self])
}

/// `switchyard freeze begin`
struct FreezeBeginCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "begin", abstract: "Freezes an environment for a time.")

    @Option(help: "Until when, as RFC 3339 writes it: 2026-12-27T06:00:00Z.", transform: { try moment($0) })
    var until: Date
    @Option(help: "From when on; now by default.", transform: { try moment($0) })
    var from: Date?
    @Option(help: "Why, for whoever meets it.")
    var reason: String
    @OptionGroup var environment: EnvironmentOption
    @Flag(help: "Print JSON.")
    var json = false
    @OptionGroup var connection: ConnectionOption

    func run() async throws {
        let client = try connection.client()
        let name = try await environment.resolve(with: client)
        let freeze = try await client.freeze(
            name, FreezeRequest(from: from, until: until, reason: reason, requestedBy: Requester.name))
        if json { try Terminal.sayJSON(freeze) } else { FreezeText.lines(of: freeze).forEach(Terminal.say) }
    }
}

/// `switchyard freeze list`
struct FreezeListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "list", abstract: "Lists freezes.")

    @Flag(help: "Also those that are over.")
    var all = false
    @Flag(help: "Print JSON.")
    var json = false
    @OptionGroup var connection: ConnectionOption

    func run() async throws {
        let freezes = try await connection.client().freezes()
            .filter { all || ["ahead", "active"].contains($0.state) }
        if json { return try Terminal.sayJSON(freezes) }
        if freezes.isEmpty { return Terminal.say("Nothing is frozen.") }
        for freeze in freezes { FreezeText.lines(of: freeze).forEach(Terminal.say) }
    }
}

/// `switchyard freeze lift ID`
struct FreezeLiftCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "lift", abstract: "Ends a freeze before its time.")

    @Argument(help: "The freeze's id, as 'freeze list' shows it.", transform: { try identifier($0) })
    var freeze: UUID
    @Flag(help: "Print JSON.")
    var json = false
    @OptionGroup var connection: ConnectionOption

    func run() async throws {
        let lifted = try await connection.client().liftFreeze(freeze)
        if json { try Terminal.sayJSON(lifted) } else { FreezeText.lines(of: lifted).forEach(Terminal.say) }
    }
}

/// A freeze for people.
private enum FreezeText {
    static func lines(of freeze: FreezeReport) -> [String] {
        let times = "\(freeze.from.formatted(.iso8601)) to \(freeze.until.formatted(.iso8601))"
        let lifted = freeze.liftedBy.map { " by \($0)" } ?? ""
        return [
            "\(freeze.id.text)  \(freeze.environment): \(freeze.state)\(lifted)",
            "    \(times), begun by \(freeze.by): \(freeze.reason)",
        ]
    }
}

/// A moment as RFC 3339 writes it.
private func moment(_ text: String) throws -> Date {
    guard let date = try? Date(text, strategy: .iso8601) else {
        throw ValidationError("'\(text)' is no moment: write it as 2026-12-27T06:00:00Z.")
    }
    return date
}
