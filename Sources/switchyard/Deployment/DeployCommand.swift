import API
import ArgumentParser
import Domain
import Foundation

/// `switchyard deploy RELEASE`
struct DeployCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "deploy",
        abstract: "Brings a release to the users of an environment.",
        discussion: """
            The control plane carries the deployment out and finishes it even when this command ends: ^C asks whether \
            to take it back or to leave it running. In a protected environment it asks for the approval of others first, and \
            waits for it; with --detach it only asks. Exit code 3: it failed, and no user saw it unless the reason says so; 4: it was taken back.
            """
    )

    @Argument(help: "The release: a version, name@version or (the beginning of) a digest.")
    var release: String
    @Option(help: "progressive (in stages, each judged) or blue_green (all at once); else what the environment says.")
    var strategy: VerdictPolicy.Strategy?
    @Option(help: "Why, for whoever must approve it.")
    var reason: String?
    @OptionGroup var options: PlannedChangeOptions

    func run() async throws {
        let (name, client) = try await options.change.resolve()
        if options.dryRun {
            return try options.show(
                await client.plan(DeployRequest(release: release, strategy: strategy), in: name))
        }
        let request = DeployRequest(
            release: release, planDigest: options.plan, requestedBy: Requester.name, strategy: strategy)
        do {
            let deployment = try await client.deploy(request, to: name)
            try await options.follow(deployment, in: name, what: "\(deployment.release) to \(name)")
        } catch let problem as Problem where problem.code == "approval_required" {
            try await options.seekApproval(
                of: DeploymentRequest(release: release, planDigest: options.plan, strategy: strategy, reason: reason),
                from: client, in: name)
        }
    }
}

extension VerdictPolicy.Strategy: ExpressibleByArgument {}

/// Who types the commands, for the record.
enum Requester {
    static var name: String {
        let environment = ProcessInfo.processInfo.environment
        return environment["SUDO_USER"] ?? environment["USER"] ?? environment["LOGNAME"] ?? NSUserName()
    }
}
