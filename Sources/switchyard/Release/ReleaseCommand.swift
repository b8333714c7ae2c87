import ArgumentParser

/// `switchyard release ...`
struct ReleaseCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "release",
        abstract: "Packs releases and shows those in the store.",
        subcommands: [ReleaseCreateCommand.self, ReleaseListCommand.self, ReleaseShowCommand.self]
    )
}
