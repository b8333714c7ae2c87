import ArgumentParser
import Foundation

/// Puts something under load and prints what its clients saw as JSON, for `Benchmarks/run`; never installed.
///
/// `load` drives whatever has an address, `verdicts` simulates its users. The others own a HAProxy, as Switchyard configures it, in a folder of their
/// own, and do to it what a deployment does, so that "asked" and "last seen" are read from one clock.
@main
struct BenchmarkDriver: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "BenchmarkDriver",
        abstract: "Drives the load of Benchmarks/run.",
        subcommands: [
            LoadCommand.self, FlipsCommand.self, ReloadsCommand.self, RetirementCommand.self, IdleRaceCommand.self,
            VerdictsCommand.self, RequestLogCommand.self, AuditCommand.self,
            PolicyCommand.self, RedactorCommand.self,
        ]
    )

    /// Prints a value as one line of JSON, dates in seconds since 1970.
    static func say(_ value: some Encodable) throws {
        let encoder = JSONEncoder()
        encoder.dateEncodingStrategy = .secondsSince1970
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        try FileHandle.standardOutput.write(contentsOf: encoder.encode(value) + Data("\n".utf8))
    }
}
