import API
import ArgumentParser
import Domain
import Foundation

/// `switchyard logs`
struct LogsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "logs", abstract: "Shows what the application's processes wrote last, with release and process.",
        discussion: """
            With --follow it goes on with what they write now, also those of releases that come later, until ^C; it \
            goes on where it was when the control plane is restarted. With --json, one object a line.
            """
    )

    @OptionGroup var environment: EnvironmentOption
    @Option(help: "How many lines of each process.")
    var last = 100
    @Flag(name: .shortAndLong, help: "Go on with what is written now.")
    var follow = false
    @Option(help: "Only this slot.")
    var slot: String?
    @Option(help: "Only processes whose name begins so: web, worker.")
    var process: String?
    @Flag(help: "Print JSON.")
    var json = false
    @OptionGroup var state: ConnectionOption

    func validate() throws {
        guard (follow ? 0...10_000 : 1...10_000).contains(last) else {
            throw ValidationError("'--last' takes \(follow ? 0 : 1) to 10000.")
        }
    }

    func run() async throws {
        let client = try state.client()
        let name = try await environment.resolve(with: client)
        let selection = SwitchyardClient.LogSelection(
            last: last, slot: try slot.map { try SlotName($0) }, process: process)
        if follow { return try await followLogs(of: name, selection) }
        let report = try await client.logs(of: name, selection)
        if json { return try Terminal.sayJSON(report) }
        report.lines.forEach { Terminal.say(text(of: $0)) }
    }

    private func text(of line: LogReport.Line) -> String {
        let source = Terminal.coloured("\(line.slot) \(line.release) \(line.process) |", .faint)
        return "\(source) \(line.text)"
    }
}

// MARK: - Following

extension LogsCommand {
    /// How long the control plane may be away (it is restarted by its supervisor) before following is given up.
    private static let patience: Duration = .seconds(60)

    /// Shows lines until ^C, or until nobody reads them any more; takes up a stream that broke off where it was.
    private func followLogs(of environment: EnvironmentName, _ selection: SwitchyardClient.LogSelection) async throws {
        var position = LogPosition()
        var since: String?
        var isWanted = true
        var lastSign = ContinuousClock.now
        while isWanted {
            let began = Date.now.formatted(Self.stamp)
            do {
                try await state.client().followLogs(of: environment, selection, since: since, position: &position) {
                    lastSign = .now
                    since = since ?? began
                    guard let line = $0 else { return true }
                    isWanted = try json ? Terminal.tellJSON(line) : Terminal.tell(text(of: line))
                    return isWanted
                }
            } catch  where CommandExit(error)?.cause == .unreachable {
                guard ContinuousClock.now - lastSign < Self.patience else { throw error }
            }
            if isWanted { try await Task.sleep(for: .milliseconds(100)) }
        }
    }

    /// As logs stamp their lines, to the second: that stands before all stamps of this second.
    private static let stamp = Date.ISO8601FormatStyle().year().month().day().time(includingFractionalSeconds: false)
}
