import API
import ArgumentParser
import Domain
import Foundation
import Settings

/// `switchyard config ...`
struct ConfigCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "config",
        abstract: "Shows what a changed configuration would change, and applies it while everything runs.",
        subcommands: [ConfigDiffCommand.self, ConfigApplyCommand.self]
    )
}

/// Which configuration is meant: a file of the caller's, or the one that serve was started with.
struct ConfigurationArgument: ParsableArguments {
    @Argument(
        help: ArgumentHelp(
            "The changed configuration; without it, the file that 'switchyard serve' was started with.",
            valueName: "file"))
    var file: String?

    /// The file's text is sent as it is: what `${NAME}` stands for is known where serve was started.
    func request() throws -> ConfigurationRequest {
        guard let file else { return ConfigurationRequest(requestedBy: Requester.name) }
        return try ConfigurationRequest(
            text: Configuration.text(of: file), file: file, requestedBy: Requester.name)
    }
}

extension ConfigurationReport {
    /// Says what differs, a key a line.
    func show() {
        for difference in differences {
            let (old, new) = (difference.old ?? "nothing", difference.new ?? "nothing")
            Terminal.say("\(difference.key): \(old) -> \(new)  (\(difference.takesEffect))")
        }
        for warning in warnings ?? [] { Terminal.say("Warning: \(warning)") }
    }
}
