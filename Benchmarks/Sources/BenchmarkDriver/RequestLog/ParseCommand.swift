import ArgumentParser
import Telemetry

/// `BenchmarkDriver request-log parse`: the parser alone, from bytes in memory to fields.
struct ParseCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "parse", abstract: "Parses lines in memory.")

    @Option(help: "How many lines, in all rounds.")
    var lines = 5_000_000

    private struct Result: Encodable {
        let lines: Int
        let seconds: Double
    }

    func run() async throws {
        let samples = SampleLines.lines(10_000)
        let started = ContinuousClock.now
        var parsed = 0
        var sum = 0
        while parsed < lines {
            for sample in samples {
                sample.withUnsafeBytes { bytes in
                    guard RequestLine.isOne(bytes), let line = RequestLine(bytes) else { return }
                    parsed += 1
                    sum &+= line.number
                }
            }
            // What is not used might not be parsed at all.
            guard sum > 0 else { throw ValidationError("The samples are no lines of the request log.") }
        }
        try BenchmarkDriver.say(Result(lines: parsed, seconds: (ContinuousClock.now - started) / .seconds(1)))
    }
}
