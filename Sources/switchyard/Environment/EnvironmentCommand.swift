import API
import ArgumentParser
import Domain
import Foundation

/// `switchyard environment ...`
struct EnvironmentCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "environment", abstract: "What environments are, and what differs between them.",
        subcommands: [
            EnvironmentListCommand.self, EnvironmentShowCommand.self, EnvironmentDiffCommand.self,
            EnvironmentMarkCommand.self,
        ])
}

/// `switchyard environment list`
struct EnvironmentListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "Lists all environments with what serves in them.")

    @Flag(help: "Print JSON.")
    var json = false
    @OptionGroup var connection: ConnectionOption

    func run() async throws {
        let all = try await connection.client().environmentFacts()
        if json { return try Terminal.sayJSON(all) }
        var table = TextTable("environment", "release", "data", "features", "database", "domain")
        for facts in all {
            table.add(
                facts.name.rawValue + (facts.isProtected ? " (protected)" : "")
                    + (facts.freeze == nil ? "" : " (frozen)"),
                facts.serving?.version.rawValue ?? "-", facts.data?.rawValue ?? "-", facts.features.rawValue,
                facts.database, facts.domains.first ?? "-")
        }
        table.lines.forEach(Terminal.say)
    }
}

/// `switchyard environment show NAME`
struct EnvironmentShowCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "Shows what an environment is.",
        discussion: "What runs in it, 'switchyard status' says; its variables, 'setting list' and 'secret list'.")

    @Argument(help: "The environment.", transform: { try EnvironmentName($0) })
    var environment: EnvironmentName
    @Flag(help: "Print JSON.")
    var json = false
    @OptionGroup var connection: ConnectionOption

    func run() async throws {
        let all = try await connection.client().environmentFacts()
        guard let facts = all.first(where: { $0.name == environment }) else {
            throw CommandExit(
                .notFound,
                "There is no environment '\(environment)'; there are: "
                    + "\(all.map(\.name.rawValue).joined(separator: ", ")).")
        }
        if json { return try Terminal.sayJSON(facts) }
        Terminal.say("\(facts.name)" + (facts.purpose.map { ": \($0)" } ?? ""))
        for (name, value) in Self.rows(of: facts) {
            Terminal.say("  " + name.padding(toLength: 12, withPad: " ", startingAt: 0) + value)
        }
    }

    private static func rows(of facts: EnvironmentFacts) -> [(String, String)] {
        var rows = [
            ("release", facts.serving?.description ?? "nothing is deployed"),
            ("domains", facts.domains.isEmpty ? "-" : facts.domains.joined(separator: ", ")),
            ("database", facts.database), ("runtime", facts.runtime),
            ("data", facts.data?.rawValue ?? "not said, so nothing is refused for it"),
            ("features", facts.features.rawValue),
            ("protected", facts.isProtected ? "yes: nobody changes it alone" : "no"),
        ]
        for (process, count) in facts.instances.sorted(by: { $0.key < $1.key }) {
            rows.append(("instances", "\(count) of \(process)"))
        }
        if let freeze = facts.freeze {
            rows.append(("frozen", "until \(freeze.until.formatted(.iso8601)) by \(freeze.by): \(freeze.reason)"))
        }
        return rows
    }
}

/// `switchyard environment diff A B`
struct EnvironmentDiffCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "diff", abstract: "Shows what differs between two environments.",
        discussion: """
            Release, applied migrations, settings, secrets (which are there, never their values), and what switchyard.yaml \
            says otherwise. Exit code 2 when something differs, as diff(1) has 1.
            """)

    @Argument(help: "The one environment.", transform: { try EnvironmentName($0) })
    var first: EnvironmentName
    @Argument(help: "The other one.", transform: { try EnvironmentName($0) })
    var second: EnvironmentName
    @Flag(help: "Print JSON.")
    var json = false
    @OptionGroup var connection: ConnectionOption

    func run() async throws {
        let comparison = try await connection.client().compare(first, with: second)
        if json { try Terminal.sayJSON(comparison) } else { show(comparison) }
        if !comparison.differences.isEmpty { throw CommandExit(.unusable) }
    }

    private func show(_ comparison: EnvironmentComparison) {
        var table = TextTable("", "", first.rawValue, second.rawValue)
        for difference in comparison.differences {
            table.add(difference.section, difference.name, difference.first ?? "-", difference.second ?? "-")
        }
        if comparison.differences.isEmpty {
            Terminal.say("\(first) and \(second) do not differ.")
        } else {
            table.lines.forEach(Terminal.say)
        }
        for secret in comparison.sharedSecrets {
            Terminal.say("Note: the secret \(secret) has the same value in both.")
        }
        for gap in comparison.gaps { Terminal.say("Note: \(gap)") }
    }
}

/// `switchyard environment mark DATA`
struct EnvironmentMarkCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "mark", abstract: "Says what kind of data an environment's database holds.",
        discussion: """
            Deployments mark a database by themselves, and refuse one that is marked otherwise. Say it by hand where the mark \
            is wrong: after a copy of production was sanitised, say.
            """)

    @Argument(help: "test, sanitised or live.")
    var data: DataClass
    @Option(help: "Why, for the record.")
    var reason: String
    @OptionGroup var environment: EnvironmentOption
    @Flag(help: "Print JSON.")
    var json = false
    @OptionGroup var connection: ConnectionOption

    func run() async throws {
        let client = try connection.client()
        let name = try await environment.resolve(with: client)
        let done = try await client.mark(
            name, DataClassRequest(data: data, reason: reason, requestedBy: Requester.name))
        if json { try Terminal.sayJSON(done) } else { Terminal.say(done.done) }
    }
}

extension DataClass: ExpressibleByArgument {}
