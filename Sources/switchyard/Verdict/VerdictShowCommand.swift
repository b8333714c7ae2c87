import API
import ArgumentParser
import Domain

/// `switchyard verdict show DEPLOYMENT`
struct VerdictShowCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "Tells the verdict of a deployment, with numbers and in sentences.",
        discussion: """
            It is come to again from what was written down each second. While the deployment is under way, it is how \
            things stand.
            """
    )

    @Argument(help: "The number of the deployment; see 'switchyard history'.")
    var deployment: Int
    @Flag(help: "Print JSON.")
    var json = false
    @OptionGroup var state: StateOption

    func run() async throws {
        let report = try await state.client().verdict(of: DeploymentID(deployment))
        if json { return try Terminal.sayJSON(report) }
        VerdictText(report).lines.forEach(Terminal.say)
    }
}
