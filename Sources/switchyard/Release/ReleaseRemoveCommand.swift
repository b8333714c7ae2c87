import API
import ArgumentParser
import Domain

/// `switchyard release remove RELEASE`
struct ReleaseRemoveCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "remove", abstract: "Removes a release from the store.",
        discussion: """
            Refused while it serves, is kept as a way back or is being deployed. Its deployments stay in the history; to \
            deploy it again, create it again: the same content gives the same digest.
            """
    )

    @Argument(help: "The release: a version, name@version or (the beginning of) a digest.")
    var release: String
    @Flag(help: "Print JSON.")
    var json = false
    @OptionGroup var state: ConnectionOption

    func run() async throws {
        let removed = try await state.client().removeRelease(release)
        if json { return try Terminal.sayJSON(removed) }
        Terminal.say("\(removed.reference) is removed: \(removed.size) bytes.")
    }
}
