import ArgumentParser
import ControlPlane
import Foundation
import Logging
import Runtimes

/// `switchyard serve`
struct ServeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve",
        abstract: "Runs the control plane of a configuration.",
        discussion: """
            It starts the supervisor tree of the state folder, or finds it running; the application, the proxy and \
            the embedded database go on when the control plane ends. 'switchyard down' ends them too.
            """
    )

    @Option(name: .customLong("config"), help: ArgumentHelp("The configuration.", valueName: "file"))
    var configuration = "switchyard.yaml"
    @OptionGroup var state: StateOption
    @Flag(help: "Log what happens in detail.")
    var verbose = false

    func run() async throws {
        CoreDumps.forbid()
        let variables = ProcessInfo.processInfo.environment
        OwnEnvironment.forget(mentionedIn: configuration)
        let log = OwnLog(of: state.folder)
        var logger = Logger(label: "switchyard") { log.handler(StreamLogHandler.standardError(label: $0)) }
        logger.logLevel = verbose ? .debug : .info
        try await ControlPlaneProcess.run(
            file: configuration, variables: variables, in: state.folder, logger: logger)
    }
}
