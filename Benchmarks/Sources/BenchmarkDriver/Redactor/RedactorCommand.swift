import ArgumentParser
import Domain
import Foundation
import Glibc
import Secrets

/// `BenchmarkDriver redactor`: secrets and card numbers taken out of made-up log lines, on one thread.
struct RedactorCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "redactor", abstract: "Takes secrets out of made-up log lines.")

    @Option(help: "How many secrets, each looked for in all encodings.")
    var secrets = 200

    @Option(help: "Megabytes in all rounds.")
    var megabytes = 2_000

    @Option(help: "Bytes that are fed at once.")
    var chunk = 65_536

    @Option(help: "A line with a secret in it every so many.")
    var leaks = 1_000

    @Option(help: "hyperscan or portable.")
    var engine = "hyperscan"

    @Option(help: "Writes lines and secrets there for peers, and measures nothing.")
    var sampleFolder: String?

    private struct Result: Encodable {
        let engine: String
        let literals: Int
        let bytes: Int
        let seconds: Double
        /// Of this thread, so that it is what one core can do whatever else the machine does.
        let cpuSeconds: Double
        let preparationSeconds: Double
        let leaked: Int
        let found: Int
    }

    func run() async throws {
        let sample = RedactorSample(secrets: secrets, leaks: leaks)
        if let sampleFolder {
            try sample.write(into: sampleFolder)
            return try BenchmarkDriver.say(["leaked": sample.leaked])
        }
        guard let chosen = RedactionPatterns.Engine(rawValue: engine) else {
            throw ValidationError("'\(engine)' is no engine: use hyperscan or portable.")
        }
        let began = ContinuousClock.now
        let patterns = RedactionPatterns(sample.secrets, engine: chosen)
        let prepared = ContinuousClock.now
        guard patterns.engine == chosen else { throw ValidationError("There is no Hyperscan on this machine.") }
        let rounds = max(1, megabytes * 1_000_000 / sample.text.count)
        var output: [UInt8] = []
        output.reserveCapacity(chunk * 2)
        var redactor = Redactor(patterns)
        var found = 0
        let (started, startedCPU) = (ContinuousClock.now, Self.cpuSeconds)
        for _ in 0..<rounds {
            sample.text.withUnsafeBytes { text in
                for start in stride(from: 0, to: text.count, by: chunk) {
                    output.removeAll(keepingCapacity: true)
                    redactor.feed(
                        UnsafeRawBufferPointer(rebasing: text[start..<min(start + chunk, text.count)]), into: &output)
                    found += output.count
                }
            }
        }
        found += redactor.finish().count
        let (seconds, cpuSeconds) = ((ContinuousClock.now - started) / .seconds(1), Self.cpuSeconds - startedCPU)
        let replaced = Redactor.redacting(String(decoding: sample.text, as: UTF8.self), patterns)
            .matches(of: #/\[redacted:/#).count
        // What is not used might not be written at all.
        guard found > 0 else { throw ValidationError("Nothing came out.") }
        try BenchmarkDriver.say(
            Result(
                engine: engine, literals: patterns.literalCount, bytes: rounds * sample.text.count, seconds: seconds,
                cpuSeconds: cpuSeconds,
                preparationSeconds: (prepared - began) / .seconds(1), leaked: sample.leaked, found: replaced))
    }

    /// There is no suspension between two calls, so that both are of the same thread.
    private static var cpuSeconds: Double {
        var time = timespec()
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }
}
