import API
import ArgumentParser
import Domain

/// What every command takes that changes what an environment serves, and follows the change.
struct ChangeOptions: ParsableArguments {
    @OptionGroup var environment: EnvironmentOption
    @Flag(help: "Print JSON.")
    var json = false
    @OptionGroup var state: ConnectionOption

    /// The environment that is meant, and a client of its control plane.
    func resolve() async throws -> (environment: EnvironmentName, client: SwitchyardClient) {
        let client = try state.client()
        return (try await environment.resolve(with: client), client)
    }

    func follower(of deployment: DeploymentSummary) -> DeploymentFollower {
        DeploymentFollower(state: state, id: deployment.id, isQuiet: json)
    }
}

/// What a command takes that carries out a plan.
struct PlannedChangeOptions: ParsableArguments {
    @Flag(help: "Only show what would happen, and the plan's digest.")
    var dryRun = false
    @Option(help: ArgumentHelp("Carry out only the plan with this digest.", valueName: "digest"))
    var plan: String?
    @Flag(help: "Do not wait for the end.")
    var detach = false
    @OptionGroup var change: ChangeOptions

    func show(_ report: PlanReport) throws {
        if change.json { return try Terminal.sayJSON(report) }
        PlanText(report).lines.forEach(Terminal.say)
    }

    /// Follows a deployment to its end, or says where to look; `what` says in a few words what it is.
    func follow(_ deployment: DeploymentSummary, in name: EnvironmentName, what: String) async throws {
        if detach { return try show(deployment) }
        if !change.json { Terminal.say("Deployment \(deployment.id): \(what)") }
        let report = try await change.follower(of: deployment).followAskingOnInterrupt(in: name)
        if change.json { try Terminal.sayJSON(report) } else { DeploymentFollower.sayEnd(of: report) }
        if let exit = CommandExit(deploying: report) { throw exit }
    }

    private func show(_ deployment: DeploymentSummary) throws {
        if change.json { return try Terminal.sayJSON(deployment) }
        Terminal.say("Deployment \(deployment.id) is under way; see 'switchyard status'.")
    }

    /// Asks for the approval of others, waits for it, and follows the deployment that it becomes.
    func seekApproval(
        of wanted: DeploymentRequest, from client: SwitchyardClient, in name: EnvironmentName
    ) async throws {
        let asked = try await client.request(wanted, in: name)
        if !change.json { RequestText.lines(of: asked).forEach(Terminal.say) }
        if detach { return change.json ? try Terminal.sayJSON(asked) : () }
        let request = try await RequestFollower(connection: change.state, isQuiet: change.json).follow(asked)
        guard let id = request.deployment else {
            throw CommandExit(
                .forbidden,
                "The request is \(request.state)"
                    + (request.endedBecause.map { ": \($0)" } ?? "; nothing was changed."))
        }
        let deployment = try await client.deployment(id).deployment
        try await follow(deployment, in: name, what: request.change)
    }
}
