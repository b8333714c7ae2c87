import API
import ArgumentParser
import DurableFiles
import Foundation

/// `switchyard secret export`
struct SecretExportCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export", abstract: "Writes an environment's secrets as a SOPS file for age recipients.",
        discussion: """
            The control plane encrypts them: only who has the identity of a recipient can read the file. That it was made, \
            and for whom, is recorded.
            """)

    @OptionGroup var environment: EnvironmentOption
    @Option(name: [.customShort("r"), .long], help: ArgumentHelp("An age public key.", valueName: "age1..."))
    var recipient: [String]
    @Option(help: "json or dotenv.")
    var format = "json"
    @Option(
        help: ArgumentHelp(
            "Write it to this file, which must not exist, and not to standard output.", valueName: "path"))
    var output: String?
    @OptionGroup var state: ConnectionOption

    func run() async throws {
        if let output, FileManager.default.fileExists(atPath: output) {
            throw CommandExit(.unusable, "\(output) exists already; nothing was exported.")
        }
        let client = try state.client()
        let place = try await environment.resolve(with: client)
        let export = try await client.export(
            SecretExportRequest(recipients: recipient, format: format, requestedBy: Requester.name), of: place)
        guard let output else { return Terminal.say(export.text) }
        try DurableFile.write(export.text, to: output, mode: 0o600)
    }
}
