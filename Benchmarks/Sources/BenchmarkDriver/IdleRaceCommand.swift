import ArgumentParser
import LoadTesting

/// `BenchmarkDriver idle-race`: clients whose next write meets a server about to close an idle connection.
struct IdleRaceCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "idle-race", abstract: "Posts when the server closes its idle connections.")

    @Option(help: "Milliseconds from one POST of a client to its next.")
    var every = 49.0
    @Option(help: "Clients, a kept connection each.")
    var clients = 40
    @Option(help: "Seconds.")
    var duration = 20
    @OptionGroup var proxyOptions: ProxyOptions

    func run() async throws {
        try await SwitchedProxy.with(proxyOptions) { switched in
            var options = LoadOptions()
            options.identities = clients
            options.rate = Double(clients) * 1_000 / every
            options.newConnections = 0
            let load = LoadGenerator(plan: try options.plan(for: switched.url, asking: [LoadOptions.write("/")]))
            try BenchmarkDriver.say(try await load.running { try await Task.sleep(for: .seconds(duration)) })
        }
    }
}
