import ArgumentParser
import Audit
import Foundation
import Synchronization

/// `BenchmarkDriver audit record`: tasks that record intent and result, each waiting until its entry is durable.
struct RecordCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "record", abstract: "Records entries durably.")

    @OptionGroup var log: MeasuredLog
    @Option(help: "How many entries, in all.")
    var entries = 100_000

    private struct Result: Encodable {
        let entries: Int
        let seconds: Double
        /// How long one append took, p50 and p99.
        let p50Milliseconds: Double
        let p99Milliseconds: Double
        let bytes: Int
    }

    func run() async throws {
        let opened = try log.open()
        let started = ContinuousClock.now
        let share = entries / log.writers / 2
        let times = try await withThrowingTaskGroup(of: [Duration].self) { group in
            for writer in 0..<log.writers {
                group.addTask { try await Self.record(pairs: share, as: writer, in: opened) }
            }
            return try await group.reduce(into: []) { $0 += $1 }.sorted()
        }
        let elapsed = ContinuousClock.now - started
        try await opened.close()
        try BenchmarkDriver.say(
            Result(
                entries: times.count, seconds: elapsed / .seconds(1),
                p50Milliseconds: times[times.count / 2] / .milliseconds(1),
                p99Milliseconds: times[times.count * 99 / 100] / .milliseconds(1), bytes: Self.size(of: log.logFolder)))
    }

    private static func record(pairs: Int, as writer: Int, in log: AuditLog) async throws -> [Duration] {
        var times: [Duration] = []
        var intent = 0
        for number in 0..<2 * pairs {
            let started = ContinuousClock.now
            let phase = number % 2 == 0 ? AuditEntry.Phase.intent : .result(of: intent)
            intent = try await log.append(MeasuredLog.entry(phase, number: number, writer: writer))
            times.append(ContinuousClock.now - started)
        }
        return times
    }

    private static func size(of folder: String) -> Int {
        let paths = FileManager.default.enumerator(atPath: folder)?.compactMap { $0 as? String } ?? []
        return paths.reduce(0) {
            $0 + (((try? FileManager.default.attributesOfItem(atPath: "\(folder)/\($1)"))?[.size] as? Int) ?? 0)
        }
    }
}

/// `BenchmarkDriver audit until-killed`: records until it is killed, and prints each entry that it was told is durable.
///
/// A line is the sequence number and the entry's detail `id`.
struct RecordUntilKilledCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "until-killed", abstract: "Records until it is killed.")

    @OptionGroup var log: MeasuredLog
    @Option(help: "What identifiers begin with.")
    var prefix = "run"

    func run() async throws {
        let opened = try log.open()
        _ = try await opened.recordInterrupted()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for writer in 0..<log.writers {
                group.addTask {
                    var number = 0
                    while true {
                        let intent = try await append(.intent, number, writer, to: opened)
                        _ = try await append(.result(of: intent), number + 1, writer, to: opened)
                        number += 2
                    }
                }
            }
            group.addTask { while true { try await opened.checkpoint() } }
            try await group.waitForAll()
        }
    }

    private func append(
        _ phase: AuditEntry.Phase, _ number: Int, _ writer: Int, to opened: AuditLog
    ) async throws -> Int {
        var entry = MeasuredLog.entry(phase, number: number, writer: writer)
        let id = "\(prefix)-\(writer)-\(number)"
        entry.details["id"] = id
        let sequence = try await opened.append(entry)
        try FileHandle.standardOutput.write(contentsOf: Data("\(sequence) \(id)\n".utf8))
        return sequence
    }
}
