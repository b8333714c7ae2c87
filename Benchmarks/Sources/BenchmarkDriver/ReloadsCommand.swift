import ArgumentParser
import Foundation
import LoadTesting
import Traffic

/// `BenchmarkDriver reloads`: reloads under load, each request over a connection of its own by default.
struct ReloadsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "reloads", abstract: "Reloads HAProxy under load.")

    private static let pause = Duration.seconds(1)

    @Option(help: "How many reloads.")
    var reloads = 12
    @OptionGroup var proxyOptions: ProxyOptions
    @OptionGroup var loadOptions: LoadOptions

    private struct Result: Encodable {
        /// From being asked until the new worker serves, in milliseconds.
        let reloads: [Double]
        let load: LoadReport
    }

    func run() async throws {
        try await SwitchedProxy.with(proxyOptions) { switched in
            var taken: [Double] = []
            let load = LoadGenerator(plan: try loadOptions.plan(for: switched.url))
            let report = try await load.running {
                try await Task.sleep(for: Self.pause)
                for _ in 0..<reloads {
                    let asked = ContinuousClock.now
                    try await switched.proxy.reload()
                    taken.append((ContinuousClock.now - asked) / .milliseconds(1))
                    try await Task.sleep(for: Self.pause)
                }
            }
            try BenchmarkDriver.say(Result(reloads: taken, load: report))
        }
    }
}
