import API
import ArgumentParser
import ControlPlane
import Foundation
import Glibc
import Runtimes

/// `switchyard secret run -- COMMAND`
struct SecretRunCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run", abstract: "Runs a command here with an environment's settings and secrets.",
        discussion: """
            switchyard secret run -e staging -- ./bin/check-payments

            It becomes the command, in this folder, with the newest values beside your own variables. Only who may read the \
            keys can do so: root, or the account that Switchyard runs under, on its machine. That it was run is recorded. \
            'switchyard run' is for commands of a release.
            """)

    @OptionGroup var environment: EnvironmentOption
    @Argument(parsing: .postTerminator, help: "The command and its arguments, after '--'.")
    var command: [String]
    @OptionGroup var state: ConnectionOption

    func run() async throws {
        guard !command.isEmpty else { throw ValidationError("Name the command after '--'.") }
        guard access(state.folder.keyRing, R_OK) == 0 || access(state.folder.secrets, X_OK) == 0 else {
            throw CommandExit(
                .wentWrong,
                "Only root, or the account that Switchyard runs under, may run a command with secrets; nothing was run."
            )
        }
        let client = try state.client()
        let request = SecretCommandRequest(
            words: command, folder: FileManager.default.currentDirectoryPath, requestedBy: Requester.name,
            process: .current())
        let start = try await client.start(request, in: try await environment.resolve(with: client)).start
        try VariableDelivery.start(file: start, isOnce: true, inSession: false)
    }
}
