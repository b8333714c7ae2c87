import API
import ArgumentParser
import Domain
import Foundation

/// `switchyard status`
struct StatusCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status",
        abstract: "Shows what runs, where, and what is wrong with it.",
        discussion: """
            On a terminal it fits the screen: what does not is counted, and shown when the environment is named. Exit \
            code 1 when something is wrong.
            """
    )

    @Argument(
        help: "Only this environment, whole; what is wrong is told of all.", transform: { try EnvironmentName($0) })
    var environment: EnvironmentName?
    @Flag(help: "Print JSON.")
    var json = false
    @OptionGroup var state: ConnectionOption

    func run() async throws {
        var report = try await state.client().status()
        if let environment {
            let known = report.environments.map(\.name)
            report.environments.removeAll { $0.name != environment }
            guard !report.environments.isEmpty else {
                throw CommandExit(
                    .notFound,
                    "There is no environment '\(environment)'; there are: "
                        + "\(known.map(\.rawValue).joined(separator: ", ")).")
            }
        }
        if json { try Terminal.sayJSON(report) } else { show(report) }
        if !report.problems.isEmpty { throw CommandExit(.wentWrong) }
    }

    private func show(_ report: StatusReport) {
        let screen = environment == nil ? Terminal.size : nil
        let size = screen.map { StatusScreen.Size(lines: $0.lines, columns: $0.columns) }
        for line in StatusScreen(report: report, size: size, now: Date()).lines {
            switch line.kind {
            case .plain: Terminal.say(line.text)
            case .problem: Terminal.say(Terminal.coloured(line.text, .red))
            case .title:
                let name = line.text.prefix { $0 != " " }
                Terminal.say(Terminal.coloured(String(name), .bold) + line.text.dropFirst(name.count))
            }
        }
    }
}
