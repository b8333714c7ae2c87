import API
import ArgumentParser
import Domain

/// `switchyard contract`
struct ContractCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "contract",
        abstract: "Takes away from the database what no serving or kept release uses any more.",
        discussion: """
            Runs the contract steps of the release that serves, in a deployment of its own: after a backup, and after a \
            rehearsal on a clone of it. It is refused while a statement of a serving or kept release breaks, until the \
            statements have been watched for 'contract_after', and while a backfill is missing. It moves no request. \
            Exit code 3: refused or failed; what the reason names is unchanged.
            """
    )

    @Flag(help: "Only show what would happen, and the plan's digest.")
    var dryRun = false
    @Option(help: ArgumentHelp("Carry out only the plan with this digest.", valueName: "digest"))
    var plan: String?
    @Flag(help: "Do not wait for the end.")
    var detach = false
    @OptionGroup var options: ChangeOptions

    func run() async throws {
        let (name, client) = try await options.resolve()
        if dryRun { return try show(await client.planContraction(in: name)) }
        let request = ContractRequest(planDigest: plan, requestedBy: Requester.name)
        let deployment = try await client.contract(request, in: name)
        if detach {
            if options.json { return try Terminal.sayJSON(deployment) }
            return Terminal.say("Deployment \(deployment.id) is under way; see 'switchyard status'.")
        }
        if !options.json { Terminal.say("Deployment \(deployment.id): contraction of \(name)") }
        let report = try await options.follower(of: deployment).followAskingOnInterrupt(in: name)
        if options.json { try Terminal.sayJSON(report) } else { DeploymentFollower.sayEnd(of: report) }
        if let exit = CommandExit(deploying: report) { throw exit }
    }

    private func show(_ report: PlanReport) throws {
        if options.json { return try Terminal.sayJSON(report) }
        PlanText(report).lines.forEach(Terminal.say)
    }
}
