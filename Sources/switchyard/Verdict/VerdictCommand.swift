import ArgumentParser

/// `switchyard verdict ...`
struct VerdictCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verdict",
        abstract: "Judges releases by what their users met.",
        subcommands: [VerdictReplayCommand.self]
    )
}
