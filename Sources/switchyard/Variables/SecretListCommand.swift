import API
import ArgumentParser
import Foundation

/// `switchyard secret list`
struct SecretListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "Lists an environment's secrets by name, version and fingerprint.")

    @OptionGroup var environment: EnvironmentOption
    @Flag(help: "Print JSON.")
    var json = false
    @OptionGroup var state: ConnectionOption

    func run() async throws {
        let client = try state.client()
        let secrets = try await client.secrets(in: try await environment.resolve(with: client))
        if json { return try Terminal.sayJSON(secrets) }
        if secrets.isEmpty { return Terminal.say("There are no secrets; 'switchyard secret set NAME' makes one.") }
        SecretTable.lines(of: secrets).forEach(Terminal.say)
    }
}

/// `switchyard secret history`
struct SecretHistoryCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "history", abstract: "Lists all versions of a secret, the oldest first.")

    @Argument(help: "The secret's name.")
    var name: String
    @OptionGroup var environment: EnvironmentOption
    @Flag(help: "Print JSON.")
    var json = false
    @OptionGroup var state: ConnectionOption

    func run() async throws {
        let client = try state.client()
        let versions = try await client.history(of: name, in: try await environment.resolve(with: client))
        if json { return try Terminal.sayJSON(versions) }
        SecretTable.lines(of: versions).forEach(Terminal.say)
    }
}

/// Versions of secrets in columns.
enum SecretTable {
    static func lines(of secrets: [SecretReport]) -> [String] {
        var table = TextTable("NAME", "VERSION", "FINGERPRINT", "BY", "WHEN", "KEY")
        for secret in secrets {
            table.add(
                secret.name, "\(secret.version)", secret.fingerprint ?? "removed", secret.author,
                secret.writtenAt.formatted(.iso8601), secret.key ?? "not kept")
        }
        return table.lines
    }
}
