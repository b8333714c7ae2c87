import ArgumentParser

/// `BenchmarkDriver request-log`: what it takes to read HAProxy's request log, and what it takes HAProxy to write it.
struct RequestLogCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "request-log", abstract: "Measures the request log.",
        subcommands: [
            ParseCommand.self, ReadCommand.self, WriteCommand.self, ReaderRestartsCommand.self, FollowCommand.self,
            LoggedProxyCommand.self,
        ])
}
