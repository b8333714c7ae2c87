import ArgumentParser

/// `switchyard verdict ...`
struct VerdictCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verdict",
        abstract: "Says why a release was taken back or went on, from what its users met.",
        discussion: "'switchyard verdict 17' tells the verdict of deployment 17, also long after it.",
        subcommands: [VerdictShowCommand.self, VerdictReplayCommand.self],
        defaultSubcommand: VerdictShowCommand.self
    )
}
