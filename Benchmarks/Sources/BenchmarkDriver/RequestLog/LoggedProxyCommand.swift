import ArgumentParser
import Domain
import Foundation
import Telemetry
import Traffic
import UnixSignals

/// `BenchmarkDriver request-log serve`: a HAProxy that others put under load, with its log and reader or without, until
/// SIGTERM.
struct LoggedProxyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "serve", abstract: "Runs a HAProxy for a while.")

    /// What of the request log there is.
    enum Log: String, ExpressibleByArgument {
        case none
        /// HAProxy writes it and nobody reads.
        case unread
        case read
    }

    @Option(help: "none, unread or read.")
    var log = Log.read
    @Option(help: "The candidate's share of 10,000.")
    var share = 0
    @OptionGroup var proxyOptions: ProxyOptions

    private struct Started: Encodable {
        let url: String
    }

    private struct Ended: Encodable {
        let linesReceived: Int
        let linesLost: Int
    }

    func run() async throws {
        let requestLog = RequestLog(environments: [SampleLines.definition])
        requestLog.begin(
            Drawing(
                environment: SwitchedProxy.environment, stable: SlotName(number: 1), candidate: SlotName(number: 2),
                salts: "benchmark"))
        try await SwitchedProxy.with(proxyOptions, share: share, editing: log == .none ? Self.withoutLog : { $0 }) {
            switched in
            try await withThrowingTaskGroup(of: Void.self) { group in
                if log == .read { group.addTask { try await switched.reader(into: requestLog).run() } }
                group.addTask {
                    // As the deployer does it.
                    while true {
                        _ = requestLog.take(SwitchedProxy.environment)
                        try await Task.sleep(for: .seconds(1))
                    }
                }
                defer { group.cancelAll() }
                while log == .read, requestLog.connections == 0 { try await Task.sleep(for: .milliseconds(5)) }
                try BenchmarkDriver.say(Started(url: switched.url.absoluteString))
                for await _ in await UnixSignalsSequence(trapping: .sigterm, .sigint) { return }
            }
        }
        try BenchmarkDriver.say(Ended(linesReceived: requestLog.linesReceived, linesLost: requestLog.linesLost))
    }

    /// The same configuration without a log.
    private static func withoutLog(_ text: String) -> String {
        text.replacing(/\nring telemetry\n(?: .*\n)+/, with: "\n")
            .split(separator: "\n", omittingEmptySubsequences: false)
            .filter { line in
                !["log global", "log ring@", "log-format", "set-var(txn.arrival)", "set-var(txn.time)"]
                    .contains { line.contains($0) }
            }.joined(separator: "\n")
    }
}
