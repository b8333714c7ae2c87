import ArgumentParser
import Foundation
import LoadTesting
import UnixSignals

/// `BenchmarkDriver load`: prints a report every so often, and the last one after SIGTERM.
struct LoadCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "load", abstract: "Puts an address under load.")

    @Option(help: "The address, such as http://127.0.0.1:8080.")
    var url: String
    @Option(help: "The Host header.")
    var host: String?
    @Option(help: "What is asked for; more than once for several.")
    var path = ["/"]
    @Flag(help: "Send POST and not GET.")
    var writes = false
    @Option(help: "The response header that only an application server's answer has.")
    var forwardedHeader = "x-switchyard-slot"
    @Option(help: "Milliseconds between two reports.")
    var interval = 100
    @OptionGroup var options: LoadOptions

    func run() async throws {
        guard let address = URL(string: url) else { throw ValidationError("'\(url)' is no address.") }
        var plan = try options.plan(
            for: address, asking: path.map { writes ? LoadOptions.write($0) : LoadOptions.read($0) })
        plan.hostHeader = host
        plan.forwardedHeader = forwardedHeader
        let load = LoadGenerator(plan: plan)
        try BenchmarkDriver.say(try await load.running { try await reportUntilTold(of: load) })
    }

    private func reportUntilTold(of load: LoadGenerator) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                while true {
                    try await Task.sleep(for: .milliseconds(interval))
                    try BenchmarkDriver.say(load.snapshot())
                }
            }
            group.addTask {
                for await _ in await UnixSignalsSequence(trapping: .sigterm, .sigint) { return }
            }
            defer { group.cancelAll() }
            _ = try await group.next()
        }
    }
}
