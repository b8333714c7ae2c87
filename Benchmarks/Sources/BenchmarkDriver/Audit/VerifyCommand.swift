import ArgumentParser
import Audit
import Foundation

/// `BenchmarkDriver audit verify`: verifies a log's folder.
struct VerifyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "verify", abstract: "Verifies a log.")

    @OptionGroup var log: MeasuredLog

    private struct Result: Encodable {
        let entries: Int
        let seconds: Double
        let findings: Int
    }

    func run() async throws {
        let started = ContinuousClock.now
        let report = try AuditVerifier.verify(log.logFolder, now: Date())
        try BenchmarkDriver.say(
            Result(
                entries: report.rehashed, seconds: (ContinuousClock.now - started) / .seconds(1),
                findings: report.findingCount))
    }
}
