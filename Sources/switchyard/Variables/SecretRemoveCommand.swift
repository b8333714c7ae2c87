import API
import ArgumentParser

/// `switchyard secret remove`
struct SecretRemoveCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "remove", abstract: "Removes a secret: its values are erased, its history stays.",
        discussion: "Releases that have it in a slot keep it until they leave the slot.")

    @Argument(help: "The secret's name.")
    var name: String
    @OptionGroup var environment: EnvironmentOption
    @Flag(help: "Print JSON.")
    var json = false
    @OptionGroup var state: ConnectionOption

    func run() async throws {
        let client = try state.client()
        let removed = try await client.removeSecret(name, in: try await environment.resolve(with: client))
        if json { return try Terminal.sayJSON(removed) }
        Terminal.say("\(removed.name): removed as version \(removed.version)")
    }
}
