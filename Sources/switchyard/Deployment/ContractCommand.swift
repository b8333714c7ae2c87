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
            In a protected environment it asks for the approval of a release manager and a DBA first, as 'deploy' does. \
            Exit code 3: refused or failed; what the reason names is unchanged.
            """
    )

    @Option(help: "Why, for whoever must approve it.")
    var reason: String?
    @OptionGroup var options: PlannedChangeOptions

    func run() async throws {
        let (name, client) = try await options.change.resolve()
        if options.dryRun { return try options.show(await client.planContraction(in: name)) }
        let request = ContractRequest(planDigest: options.plan, requestedBy: Requester.name)
        do {
            let deployment = try await client.contract(request, in: name)
            try await options.follow(deployment, in: name, what: "contraction of \(name)")
        } catch let problem as Problem where problem.code == "approval_required" {
            try await options.seekApproval(
                of: DeploymentRequest(release: nil, isContraction: true, planDigest: options.plan, reason: reason),
                from: client, in: name)
        }
    }
}
