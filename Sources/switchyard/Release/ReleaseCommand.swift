import ArgumentParser

/// `switchyard release ...`
struct ReleaseCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "release",
        abstract: "Packs releases, shows those in the store and removes them.",
        subcommands: [
            ReleaseCreateCommand.self, ReleaseListCommand.self, ReleaseShowCommand.self, ReleaseRemoveCommand.self,
        ]
    )
}
