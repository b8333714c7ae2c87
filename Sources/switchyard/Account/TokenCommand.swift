import API
import ArgumentParser
import DurableFiles
import Foundation

/// `switchyard token ...`
struct TokenCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "token",
        abstract: "Tokens of one's own, and of service accounts: made, listed, taken back.",
        discussion: """
            A token is shown once and kept as a hash. Programs read it from a file: --token-file or \
            $SWITCHYARD_TOKEN_FILE.

            switchyard token create 'nightly report' --operation read_status --days 30 --output report.token
            switchyard token create ci --account deploy-bot --operation add_release --environment dev
            """,
        subcommands: [TokenCreateCommand.self, TokenListCommand.self, TokenRevokeCommand.self]
    )
}

/// `switchyard token create LABEL`
struct TokenCreateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "create", abstract: "Makes a token; it is shown once.")

    @Argument(help: "What it is for, in words.")
    var label: String
    @Option(help: "A service account that it is for, or a person whom the machine's token vouches for.")
    var account: String?
    @Option(help: "How many days it lives, at most 365.")
    var days = 90
    @Option(
        name: .customLong("operation"),
        help: "Only for this, such as deploy or add_release. May be repeated; all that the account may by default.")
    var operations: [String] = []
    @Option(
        name: .customLong("environment"), help: "Only for this environment. May be repeated; all by default.")
    var environments: [String] = []
    @Option(help: ArgumentHelp("Write the token into this file, for its owner only.", valueName: "file"))
    var output: String?
    @Flag(help: "Print JSON.")
    var json = false
    @OptionGroup var connection: ConnectionOption

    func run() async throws {
        let made = try await connection.client().makeToken(
            TokenRequest(
                account: account, label: label, days: days, operations: operations.isEmpty ? nil : operations,
                environments: environments.isEmpty ? nil : environments))
        if let output { try DurableFile.write(Data("\(made.text)\n".utf8), to: output, mode: 0o600) }
        if json { return try Terminal.sayJSON(made) }
        let end = made.token.expiresAt.formatted(.iso8601)
        guard let output else {
            Terminal.narrate(
                "The token \(made.token.id) of '\(made.token.account)', until \(end); it is not shown again:")
            return Terminal.say(made.text)
        }
        Terminal.say("The token \(made.token.id) of '\(made.token.account)', until \(end), is in \(output).")
    }
}

/// `switchyard token list`
struct TokenListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "Lists tokens, without what is secret.")

    @Option(help: "Of this account; one's own by default.")
    var account: String?
    @Flag(help: "Print JSON.")
    var json = false
    @OptionGroup var connection: ConnectionOption

    func run() async throws {
        let tokens = try await connection.client().tokens(of: account)
        if json { return try Terminal.sayJSON(tokens) }
        if tokens.isEmpty { return Terminal.say("There is no token.") }
        var table = TextTable("TOKEN", "FOR", "WHAT", "WHERE", "ENDS", "LAST USED", "STATE")
        for token in tokens {
            table.add(
                token.id, token.label, token.operations?.joined(separator: " ") ?? "everything",
                token.environments?.joined(separator: " ") ?? "everywhere", token.expiresAt.formatted(.iso8601),
                token.lastUsedAt?.formatted(.iso8601) ?? "never",
                token.revokedAt != nil ? "revoked" : token.counts ? "counts" : "expired")
        }
        table.lines.forEach(Terminal.say)
    }
}

/// `switchyard token revoke ID`
struct TokenRevokeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "revoke", abstract: "Takes a token back at once.")

    @Argument(help: "Its id, as 'token list' shows it.")
    var token: String
    @Flag(help: "Print JSON.")
    var json = false
    @OptionGroup var connection: ConnectionOption

    func run() async throws {
        let done = try await connection.client().revokeToken(token)
        if json { return try Terminal.sayJSON(done) }
        Terminal.say(done.done)
    }
}
