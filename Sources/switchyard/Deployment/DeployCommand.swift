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
            to take it back or to leave it running. Exit code 3: it failed, and no user saw it unless the reason says so; 4: it was taken back.
            """
    )

    @Argument(help: "The release: a version, name@version or (the beginning of) a digest.")
    var release: String
    @Flag(help: "Only show what would happen, and the plan's digest.")
    var dryRun = false
    @Option(help: ArgumentHelp("Carry out only the plan with this digest.", valueName: "digest"))
    var plan: String?
    @Flag(help: "Do not wait for the end.")
    var detach = false
    @OptionGroup var options: ChangeOptions

    func run() async throws {
        let (name, client) = try await options.resolve()
        if dryRun { return try await showPlan(from: client, for: name) }
        let request = DeployRequest(release: release, planDigest: plan, requestedBy: Requester.name)
        let deployment = try await client.deploy(request, to: name)
        if detach { return try show(deployment) }
        let follower = options.follower(of: deployment)
        if !options.json { Terminal.say("Deployment \(deployment.id): \(deployment.release) to \(name)") }
        let report = try await follower.followAskingOnInterrupt(in: name)
        if options.json { try Terminal.sayJSON(report) } else { DeploymentFollower.sayEnd(of: report) }
        if let exit = CommandExit(deploying: report) { throw exit }
    }

    private func show(_ deployment: DeploymentSummary) throws {
        if options.json { return try Terminal.sayJSON(deployment) }
        Terminal.say("Deployment \(deployment.id) is under way; see 'switchyard status'.")
    }

    private func showPlan(from client: SwitchyardClient, for name: EnvironmentName) async throws {
        let report = try await client.plan(DeployRequest(release: release), in: name)
        if options.json { return try Terminal.sayJSON(report) }
        PlanText(report).lines.forEach(Terminal.say)
    }
}

/// Who types the commands, for the record.
enum Requester {
    static var name: String {
        let environment = ProcessInfo.processInfo.environment
        return environment["SUDO_USER"] ?? environment["USER"] ?? environment["LOGNAME"] ?? NSUserName()
    }
}
