import API
import ArgumentParser
import Domain

/// `switchyard promote DEPLOYMENT`
struct PromoteCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "promote",
        abstract: "Lets a stage of a deployment go on without a proof, on your responsibility.",
        discussion: """
            For a release that is neither proved healthy nor proved worse, because too few users came. The next stage \
            is judged again. 'switchyard verdict DEPLOYMENT' says how things stand.
            """
    )

    @Argument(help: "The number of the deployment; see 'switchyard status'.")
    var deployment: Int
    @Option(help: "Why, for the record.")
    var reason: String
    @Flag(help: "Print JSON.")
    var json = false
    @OptionGroup var state: ConnectionOption

    func run() async throws {
        let request = PromoteRequest(reason: reason, requestedBy: Requester.name)
        let summary = try await state.client().promote(request, DeploymentID(deployment))
        if json { return try Terminal.sayJSON(summary) }
        Terminal.say("The stage of deployment \(deployment) goes on; see 'switchyard status'.")
    }
}
