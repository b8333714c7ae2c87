import API
import ArgumentParser
import Domain
import Foundation
import Runtimes
import Settings

/// `switchyard run -- COMMAND`
struct RunCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run", abstract: "Runs a command once in a release, with the environment of its processes.",
        discussion: """
            switchyard run -e production -- bin/rails runner 'Invoice.mend'

            It runs in the release's folder under the environment's account, here and now: terminal, pipes, ^C and the \
            exit code are the command's own. 'history' tells who ran what, with all of its arguments, so give it no \
            secrets there. It has no '--json': all that it prints is the command's. Exit codes beside the command's, as a shell has them: 124 its time was over, 126 it could not \
            be started, 127 there is no such program or its interpreter is missing, 128 and the number of a signal.
            """
    )

    @OptionGroup var environment: EnvironmentOption
    @Option(help: "A release in a slot of the environment; without it, the one that serves.")
    var release: String?
    @Option(
        help: ArgumentHelp("End it after this time: 30s, 15m, 2h. Without it there is no limit.", valueName: "time"),
        transform: { text in
            guard let milliseconds = Quantity.milliseconds(text), milliseconds > 0 else {
                throw ValidationError("'\(text)' is no time: write 30s, 15m or 2h.")
            }
            return .milliseconds(milliseconds)
        })
    var timeLimit: Duration?
    @Argument(parsing: .postTerminator, help: "The command and its arguments, after '--'.")
    var command: [String]
    @OptionGroup var state: ConnectionOption

    func run() async throws {
        let client = try state.client()
        let request = RunRequest(
            words: command, release: release, requestedBy: Requester.name, process: .current())
        let prepared = try await client.prepare(request, in: environment.resolve(with: client))
        let end = await OneOffProcess(
            prepared: prepared, timeLimit: timeLimit
        ).run()
        await tell(end, of: prepared.command)
        throw ExitCode(Int32(end.exitCode))
    }

    /// How long the control plane may be away (it is restarted by its supervisor) before the end stays untold.
    private static let patience: Duration = .seconds(15)

    /// Tells the end to whatever control plane there is by now; an end that cannot be told changes no exit code.
    private func tell(_ end: CommandEnd, of command: OneOffCommand) async {
        let deadline = ContinuousClock.now + Self.patience
        while true {
            do {
                try await state.client().tell(end, of: command.id)
                return
            } catch {
                guard CommandExit(error)?.cause == .unreachable, ContinuousClock.now < deadline,
                    (try? await Task.sleep(for: .milliseconds(200))) != nil
                else {
                    return Terminal.complain("The history does not say how the command ended: \(error)")
                }
            }
        }
    }
}
