import ArgumentParser
import Domain
import LoadTesting
import Telemetry
import Traffic

/// `BenchmarkDriver request-log restarts`: the reader goes and comes back under load; are there as many lines as requests?
struct ReaderRestartsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "restarts", abstract: "Restarts the reader under load.")

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
        let log = RequestLog(environments: [SampleLines.definition])
        try await SwitchedProxy.with(proxyOptions, share: Split.whole / 2) { switched in
            let load = LoadGenerator(plan: try loadOptions.plan(for: switched.url))
            let report = try await load.running {
                for _ in 0..<restarts {
                    try await reading(log, from: switched) { try await Task.sleep(for: .seconds(1)) }
                    try await Task.sleep(for: .milliseconds(away))
                }
            }
            try await reading(log, from: switched) {
                // The last lines come once the reader is back, which the proxy tries every second.
                let requests = try await switched.requests()
                for _ in 0..<1_000 where log.linesReceived < requests { try await Task.sleep(for: .milliseconds(10)) }
            }
            try await BenchmarkDriver.say(
                Result(
                    requests: switched.requests(), linesReceived: log.linesReceived, linesLost: log.linesLost,
                    load: report))
        }
    }

    /// Has a reader for as long as the body takes, from when the proxy is connected to it.
    private func reading(
        _ log: RequestLog, from switched: SwitchedProxy, _ body: () async throws -> Void
    ) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await switched.reader(into: log).run() }
            defer { group.cancelAll() }
            while log.connections == 0 { try await Task.sleep(for: .milliseconds(5)) }
            try await body()
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
