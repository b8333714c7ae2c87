import API
import ArgumentParser
import Domain
import Judging

/// `switchyard verdict show DEPLOYMENT`
struct VerdictShowCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "Tells the verdict of a deployment, with numbers and in sentences.",
        discussion: """
            It is come to again from what was written down each second. While the deployment is under way, it is how \
            things stand. With --ticks, what was counted of its errors: 'switchyard verdict replay' judges it again, on \
            any machine.
            """
    )

    @Argument(help: "The number of the deployment; see 'switchyard history'.")
    var deployment: Int
    @Flag(help: "Print JSON.")
    var json = false
    @Flag(help: "Print what was counted of its errors, as lines of JSON for 'switchyard verdict replay'.")
    var ticks = false
    @OptionGroup var state: ConnectionOption

    func validate() throws {
        guard !(json && ticks) else { throw ValidationError("'--ticks' is JSON already; leave '--json' out.") }
    }

    func run() async throws {
        if ticks {
            let report = try await state.client().ticks(of: DeploymentID(deployment))
            return Terminal.say(try RecordedTrial(report).lines())
        }
        let report = try await state.client().verdict(of: DeploymentID(deployment))
        if json { return try Terminal.sayJSON(report) }
        VerdictText(report).lines.forEach(Terminal.say)
    }
}

extension RecordedTrial {
    fileprivate init(_ report: TicksReport) {
        self.init(
            settings: RecordedSettings(
                increase: report.increase, factor: report.factor, prior: report.prior, alpha: report.alpha),
            ticks: report.ticks.map {
                RecordedTick(
                    greenBad: $0.greenBad, greenOk: $0.greenOk, blueBad: $0.blueBad, blueOk: $0.blueOk, share: $0.share)
            })
    }
}
