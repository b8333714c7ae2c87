import API
import ArgumentParser
import Domain
import Foundation
import Runtimes
import Secrets

/// `switchyard secret import`
struct SecretImportCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "import",
        abstract: "Sets the secrets of a SOPS file (JSON or dotenv, age), after showing what changes.",
        discussion: """
            The file is opened here, with an identity of yours; what its rule leaves in the clear becomes settings. \
            Without '--apply' nothing is changed.
            """)

    @Argument(help: "The SOPS file.")
    var file: String
    @OptionGroup var environment: EnvironmentOption
    @Option(help: ArgumentHelp("The file with your age identity (AGE-SECRET-KEY-1...).", valueName: "path"))
    var identity: String
    @Option(help: "json or dotenv; without it, by the file's name.", transform: Self.format)
    var format: SopsFile.Format?
    @Flag(help: "Set what differs.")
    var apply = false
    @Flag(help: "Print JSON.")
    var json = false
    @OptionGroup var state: ConnectionOption

    func run() async throws {
        CoreDumps.forbidLooking()
        guard let format = format ?? SopsFile.Format(path: file) else {
            throw ValidationError("Say '--format json' or '--format dotenv': the name '\(file)' does not tell.")
        }
        guard let data = FileManager.default.contents(atPath: file) else {
            throw CommandExit(.unusable, "The file \(file) cannot be read.")
        }
        let imported: SecretExchange.Imported
        do {
            imported = try await SecretExchange().read(data, format: format, identityFile: identity)
        } catch let error as SecretsError {
            throw CommandExit(.unusable, "\(error)")
        }
        let client = try state.client()
        let place = try await environment.resolve(with: client)
        try await carryOver(imported, to: place, with: client)
    }

    private func carryOver(
        _ imported: SecretExchange.Imported, to place: EnvironmentName, with client: SwitchyardClient
    ) async throws {
        let values = try imported.secrets.mapValues { secret in
            guard let text = secret.reveal() else {
                throw CommandExit(.unusable, "A value in \(file) is no text, which no variable can hold.")
            }
            return text
        }
        let request = SecretsRequest(
            values: Dictionary(uniqueKeysWithValues: values.map { ($0.key.rawValue, $0.value) }),
            requestedBy: Requester.name)
        let differences = try await client.compare(request, in: place)
        let settings = Dictionary(uniqueKeysWithValues: imported.settings.map { ($0.key.rawValue, $0.value) })
        let present = try await client.settings(in: place).values
        let changed = settings.filter { present[$0.key] != $0.value }
        if json, !apply { return try Terminal.sayJSON(differences) }
        if !json {
            SecretText.lines(of: differences).forEach(Terminal.say)
            for name in changed.keys.sorted() { Terminal.say("\(present[name] == nil ? "+" : "~") setting \(name)") }
        }
        guard !differences.isEmpty || !changed.isEmpty else { return Terminal.narrate("Nothing differs.") }
        guard apply else { return Terminal.narrate("Nothing was changed; say it again with '--apply'.") }
        if !changed.isEmpty {
            _ = try await client.change(
                SettingsRequest(values: changed.mapValues(Optional.some), requestedBy: Requester.name), in: place)
        }
        let written = try await client.set(request, in: place)
        if json { try Terminal.sayJSON(written) } else { SecretText.say(written.filter { $0.outcome != "unchanged" }) }
    }

    private static func format(_ text: String) throws -> SopsFile.Format {
        guard let format = SopsFile.Format(rawValue: text) else {
            throw ValidationError("'\(text)' is no format: json or dotenv.")
        }
        return format
    }
}
