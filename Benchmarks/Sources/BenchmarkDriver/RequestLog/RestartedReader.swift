import ArgumentParser
import Foundation
import Subprocess
import SystemPackage
import Telemetry

/// A reader of the request log that is begun and ended again and again.
protocol RestartedReader {
    /// What all its lives have counted together.
    func tally() throws -> ReaderTally
    /// Reads for as long as the body takes, from when the proxy is connected to it.
    func live(_ body: () async throws -> Void) async throws
}

/// Lines that were counted.
struct ReaderTally {
    /// Processes of HAProxy that are connected.
    var connections = 0
    var received = 0
    /// Known to be lost by those who read.
    var lost = 0

    init() {}

    init(_ log: RequestLog) {
        (connections, received, lost) = (log.connections, log.linesReceived, log.linesLost)
    }

    init(_ file: URL) throws {
        let numbers = try String(contentsOf: file, encoding: .utf8).split(separator: " ").compactMap { Int($0) }
        // A life that has just begun may have written nothing.
        guard numbers.count == 3 else { return }
        (connections, received, lost) = (numbers[0], numbers[1], numbers[2])
    }

    /// One write, so that it is there whole when the process is killed.
    func write(to file: FileDescriptor) throws {
        // No number gets shorter but that of connections.
        let text = String(format: "%02d %d %d", connections, received, lost)
        _ = try file.writeAll(toAbsoluteOffset: 0, text.utf8)
    }
}

/// A task that is cancelled, as the control plane's is when it is told to stop; what it has counted stays.
struct CancelledReader: RestartedReader {
    let log: RequestLog
    let desk: String

    func tally() -> ReaderTally { ReaderTally(log) }

    func live(_ body: () async throws -> Void) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await RequestLogServer(heldAt: desk, log: log).run() }
            defer { group.cancelAll() }
            while log.connections == 0 { try await Task.sleep(for: .milliseconds(5)) }
            try await body()
        }
    }
}

/// A process of its own that is ended by a signal; each life writes down what it has counted.
struct SignalledReader: RestartedReader {
    /// By SIGKILL, not by SIGTERM.
    let isKilled: Bool
    let desk: String
    /// Empty at first, then with a file a life.
    let folder: URL

    func tally() throws -> ReaderTally {
        try lives().map { try ReaderTally($0) }.reduce(into: ReaderTally()) { sum, life in
            sum.received += life.received
            sum.lost += life.lost
        }
    }

    func live(_ body: () async throws -> Void) async throws {
        let life = folder.appending(path: "\(try lives().count)")
        let program = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
        _ = try await Subprocess.run(
            .path(FilePath(program)),
            arguments: ["request-log", "follow", "--desk=\(desk)", "--tally=\(life.path)"],
            input: .none, output: .discarded,
            error: .fileDescriptor(.standardError, closeAfterSpawningProcess: false)
        ) { execution in
            do {
                try await waitUntilConnected(life)
                try await body()
            } catch {
                try? execution.send(signal: .kill)
                throw error
            }
            try execution.send(signal: isKilled ? .kill : .terminate)
        }
    }

    private func lives() throws -> [URL] {
        try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
    }

    private func waitUntilConnected(_ life: URL) async throws {
        for _ in 0..<2_000 {
            if FileManager.default.fileExists(atPath: life.path), try ReaderTally(life).connections > 0 { return }
            try await Task.sleep(for: .milliseconds(5))
        }
        throw ValidationError("HAProxy did not connect to the reader.")
    }
}
