import Foundation
import Glibc
import TestSupport
import Testing

@testable import Audit

/// A process with 100 writers that is killed, again and again, at moments that chance chooses.
@Suite(.timeLimit(.minutes(5)))
struct KilledWriterTests {
    /// After how many entries each run is killed.
    private static let moments = [1, 150, 990, 400, 30, 2_000, 77, 600]
    private static let program = Bundle.main.bundleURL.appending(path: "BenchmarkDriver").path

    /// Runs writers until about so many entries are acknowledged, kills them, and answers all that were acknowledged.
    private func recordAndKill(in folder: String, run: Int, after lines: Int) throws -> [Int: String] {
        let process = Process()
        let output = Pipe()
        process.executableURL = URL(filePath: Self.program)
        process.arguments = [
            "audit", "until-killed", "--folder=\(folder)", "--prefix=run\(run)", "--journal-bytes=100000",
        ]
        process.standardOutput = output
        try process.run()
        var said = Data()
        var count = 0
        while case let part = output.fileHandleForReading.availableData, !part.isEmpty {
            said += part
            count += part.count { $0 == UInt8(ascii: "\n") }
            if count >= lines { kill(process.processIdentifier, SIGKILL) }
        }
        process.waitUntilExit()
        #expect(process.terminationReason == .uncaughtSignal && process.terminationStatus == SIGKILL)
        // What was being printed when it was killed is no whole line.
        let whole = String(decoding: said, as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: false)
        return try Dictionary(
            whole.dropLast().map { line in
                let parts = line.split(separator: " ")
                return (try #require(Int(parts[0])), String(parts[1]))
            }, uniquingKeysWith: { first, _ in first })
    }

    @Test func `no acknowledged entry is missing after kill -9 at any moment, and the log verifies`() async throws {
        try await withTemporaryFolder { folder in
            var remembered: SignedCheckpoint?
            var acknowledged: [Int: String] = [:]
            for run in Self.moments.indices {
                let said = try recordAndKill(in: folder, run: run, after: Self.moments[run])
                #expect(!said.isEmpty)
                acknowledged.merge(said) { $1 }
                let place = try AuditPlace(log: "\(folder)/log", safe: folder)
                try await place.logging { log in
                    _ = try await log.recordInterrupted()
                    remembered = try await log.checkpoint()
                }
                #expect(try place.verify(remembered: remembered).findings == [])
                var found: [Int: String] = [:]
                try AuditReader(folder: place.folder).forEach { record in
                    found[record.sequence] = record.details["id"]
                    return true
                }
                let missing = acknowledged.filter { found[$0.key] != $0.value }
                #expect(missing.isEmpty, "of \(acknowledged.count): \(missing.prefix(5))")
            }
        }
    }
}
