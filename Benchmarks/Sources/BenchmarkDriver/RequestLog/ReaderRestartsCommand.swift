import ArgumentParser
import Domain
import Foundation
import LoadTesting
import Telemetry
import Traffic

/// `BenchmarkDriver request-log restarts`: the reader goes and comes back under load; are there as many lines as requests?
struct ReaderRestartsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "restarts", abstract: "Restarts the reader under load.")

    /// How a reader's life ends.
    enum Ending: String, ExpressibleByArgument {
        case cancelled
        case terminated
        case killed
    }

    @Option(help: "cancelled: a task of this process; terminated or killed: a process of its own, by that signal.")
    var ending = Ending.cancelled
    @Option(help: "How many restarts.")
    var restarts = 5
    @Option(help: "Milliseconds that the reader is away.")
    var away = 1_000
    @OptionGroup var proxyOptions: ProxyOptions
    @OptionGroup var loadOptions: LoadOptions

    private struct Result: Encodable {
        /// As HAProxy's statistics have it.
        let requests: Int
        let linesReceived: Int
        let linesLost: Int
        let load: LoadReport
    }

    func run() async throws {
        try await SwitchedProxy.with(proxyOptions, share: Split.whole / 2) { switched in
            let reader = try reader(of: switched)
            let load = LoadGenerator(plan: try loadOptions.plan(for: switched.url))
            let report = try await load.running {
                for _ in 0..<restarts {
                    try await reader.live { try await Task.sleep(for: .seconds(1)) }
                    try await Task.sleep(for: .milliseconds(away))
                }
            }
            let requests = try await switched.requests()
            try await reader.live { try await waitForLines(requests, by: reader) }
            let tally = try reader.tally()
            try BenchmarkDriver.say(
                Result(requests: requests, linesReceived: tally.received, linesLost: tally.lost, load: report))
        }
    }

    private func reader(of switched: SwitchedProxy) throws -> any RestartedReader {
        let desk = switched.proxy.folder.telemetryDesk
        guard ending != .cancelled else {
            return CancelledReader(log: RequestLog(environments: [SampleLines.definition]), desk: desk)
        }
        let tallies = URL(filePath: "\(proxyOptions.folder)/tallies")
        try FileManager.default.createDirectory(at: tallies, withIntermediateDirectories: false)
        return SignalledReader(isKilled: ending == .killed, desk: desk, folder: tallies)
    }

    /// Until each request has a line; those that a killed reader had taken with it never come.
    private func waitForLines(_ requests: Int, by reader: any RestartedReader) async throws {
        var (received, since) = (0, ContinuousClock.now)
        while received < requests, .now - since < .seconds(2) {
            try await Task.sleep(for: .milliseconds(10))
            let now = try reader.tally().received
            if now > received { (received, since) = (now, .now) }
        }
    }
}

extension SwitchedProxy {
    func reader(into log: RequestLog) -> RequestLogServer {
        RequestLogServer(heldAt: proxy.folder.telemetryDesk, log: log)
    }

    /// What both slots were sent.
    func requests() async throws -> Int {
        try await proxy.answers(Self.environment, SlotName(number: 1)).requests
            + proxy.answers(Self.environment, SlotName(number: 2)).requests
    }
}
