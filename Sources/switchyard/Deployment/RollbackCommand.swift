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
            twice, it goes back twice, as long as a release is kept. With --to it goes to any release that has served here \
            and lies in the store: by a full deployment, whose plan is shown first, and refused where the schema has gone \
            on without it.
            """
    )

    @Option(
        help: ArgumentHelp(
            "A release that has served before, in no slot any more: a version, name@version or digest.",
            valueName: "release"))
    var to: String?
    @Flag(help: "With --to, only show what would happen.")
    var dryRun = false
    @Option(help: "Why, for the record.")
    var reason: String?
    @Flag(help: "Return as soon as all requests go to the release before.")
    var detach = false
    @OptionGroup var options: ChangeOptions

    func validate() throws {
        guard !dryRun || to != nil else { throw ValidationError("'--dry-run' belongs to '--to'.") }
    }

    func run() async throws {
        let (name, client) = try await options.resolve()
        if let to { return try await goBack(to: to, name, client) }
        let request = RollBackRequest(reason: reason, requestedBy: Requester.name)
        let deployment = try await client.rollBack(request, in: name)
        let follower = options.follower(of: deployment)
        let report = try await follower.follow { line in
            self.detach && line.boundary == "completed:switchBack"
        }
        if options.json { try Terminal.sayJSON(report) } else if !detach { DeploymentFollower.sayEnd(of: report) }
        if let exit = CommandExit(rollingBack: report) { throw exit }
    }

    /// Goes back to a release that is in no slot any more, or by the shorter way where it is the one before.
    private func goBack(to release: String, _ name: EnvironmentName, _ client: SwitchyardClient) async throws {
        let before = try await client.environment(name).waysBack.first
        var request = RollBackRequest(reason: reason, requestedBy: Requester.name, release: release)
        if before?.version.rawValue != release, before?.description != release {
            let plan = try await client.plan(DeployRequest(release: release, strategy: .blueGreen), in: name)
            request.planDigest = plan.digest
            if dryRun, options.json { return try Terminal.sayJSON(plan) }
            if !options.json { PlanText(plan).lines.forEach(Terminal.say) }
        } else if dryRun {
            return Terminal.say("\(release) is kept warm: all requests go back to it at once.")
        }
        if dryRun { return }
        let deployment = try await client.rollBack(request, in: name)
        let report = try await options.follower(of: deployment).follow { _ in detach }
        if options.json { try Terminal.sayJSON(report) } else if !detach { DeploymentFollower.sayEnd(of: report) }
        if detach { return }
        let isDeployment = report.deployment.kind == .deploy
        if let exit = isDeployment ? CommandExit(deploying: report) : CommandExit(rollingBack: report) { throw exit }
    }
}
