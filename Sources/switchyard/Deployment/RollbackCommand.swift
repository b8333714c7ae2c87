import API
import ArgumentParser
import Domain

/// `switchyard rollback`
struct RollbackCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rollback",
        abstract: "Takes the deployment under way back, or goes back to the release before.",
        discussion: """
            No version is typed: the way back is known. It works with PostgreSQL stopped and on a full disk. Said \
            twice, it goes back twice, as long as a release is kept.
            """
    )

    @Option(help: "Why, for the record.")
    var reason: String?
    @Flag(help: "Return as soon as all requests go to the release before.")
    var detach = false
    @OptionGroup var options: ChangeOptions

    func run() async throws {
        let (name, client) = try await options.resolve()
        let request = RollBackRequest(reason: reason, requestedBy: Requester.name)
        let deployment = try await client.rollBack(request, in: name)
        let follower = options.follower(of: deployment)
        let report = try await follower.follow { line in
            self.detach && line.boundary == "completed:switchBack"
        }
        if options.json { try Terminal.sayJSON(report) } else if !detach { DeploymentFollower.sayEnd(of: report) }
        if let exit = CommandExit(rollingBack: report) { throw exit }
    }
}
