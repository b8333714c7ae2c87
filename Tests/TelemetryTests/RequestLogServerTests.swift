import Domain
import DurableFiles
import Foundation
import Glibc
import Judging
import TestSupport
import Testing

@testable import Telemetry

/// The server's end of the socket, with somebody else than HAProxy at the other one.
@Suite(.timeLimit(.minutes(1))) struct RequestLogServerTests {
    private static let definition = EnvironmentDefinition(name: FedBook.production, domains: [])

    private func withReader(_ body: (RequestLog, RunningReader, String) async throws -> Void) async throws {
        try await withTemporaryFolder { folder in
            let log = RequestLog(environments: [Self.definition])
            let path = "\(folder)/requests.sock"
            let reader = try await RunningReader(socket: path, log: log)
            try await body(log, reader, path)
            try await reader.stop()
        }
    }

    private func lines(_ numbers: Range<Int>, process: Int = 1) -> [UInt8] {
        numbers.flatMap { framed(LogLine(process: process, number: $0).text) }
    }

    @Test func `several processes write at once, however slowly`() async throws {
        try await withReader { log, _, path in
            let writers = try (0..<4).map { _ in try LogWriter(socket: path) }
            try await eventually("four connections") { log.connections == 4 }
            let streams = writers.indices.map { lines(0..<3, process: $0) }
            // A byte at a time, from one after the other: no frame comes at once.
            for position in 0..<streams[0].count {
                for (writer, stream) in zip(writers, streams) { try writer.write([stream[position]]) }
            }
            try await eventually("all lines") { log.linesReceived == 12 }
            #expect(log.linesLost == 0)
        }
    }

    @Test func `more lines than any buffer holds come through`() async throws {
        try await withReader { log, _, path in
            let writer = try LogWriter(socket: path)
            let stream = lines(0..<20_000)
            // Blocks while the reader is behind.
            try await Task.detached { try writer.write(stream) }.value
            try await eventually("all lines") { log.linesReceived == 20_000 }
            #expect(log.linesLost == 0)
            #expect(log.recent(FedBook.production, FedBook.slots.0).ok == 20_000)
        }
    }

    @Test(arguments: ["GET / HTTP/1.1\r\n\r\n", "99999999 x", "12 r1 nonsense 0 "])
    func `who writes anything else is cut off, and it is a gap`(text: String) async throws {
        try await withReader { log, _, path in
            log.begin(
                Drawing(
                    environment: FedBook.production, stable: FedBook.slots.0, candidate: FedBook.slots.1, salts: "1."))
            let writer = try LogWriter(socket: path)
            try await eventually("a connection") { log.connections == 1 }
            try writer.write(lines(0..<1) + Array(text.utf8))
            try await writer.waitForEnd()
            try await eventually("no connection") { log.connections == 0 }
            #expect(log.linesReceived == 1)
            #expect(log.take(FedBook.production).gap?.contains("could not be read") == true)
            let next = try LogWriter(socket: path)
            try next.write(lines(1..<2))
            try await eventually("the next one") { log.linesReceived == 2 }
        }
    }

    @Test func `connections beyond the bound wait until another one goes`() async throws {
        try await withReader { log, _, path in
            var writers = try (0..<Limits.connections).map { _ in try LogWriter(socket: path) }
            try await eventually("all of them") { log.connections == Limits.connections }
            let late = try LogWriter(socket: path)
            try late.write(lines(0..<1))
            try writers[0].write(lines(0..<1, process: 2))
            try await eventually("the line of one who is in") { log.linesReceived == 1 }
            #expect(log.connections == Limits.connections)
            writers.removeLast()
            try await eventually("the line of the late one") { log.linesReceived == 2 }
        }
    }

    @Test func `what was written before the end is read, and nobody can connect after it`() async throws {
        try await withReader { log, reader, path in
            let (writer, silent) = (try LogWriter(socket: path), try LogWriter(socket: path))
            try writer.write(lines(0..<500))
            try await reader.stop()
            #expect(log.linesReceived == 500)
            #expect(log.connections == 0)
            #expect(!FileManager.default.fileExists(atPath: path))
            #expect(throws: (any Error).self) { try LogWriter(socket: path) }
            try await silent.waitForEnd()
        }
    }

    @Test func `a socket that was left behind is replaced, and one that took its name is left alone`() async throws {
        try await withTemporaryFolder { folder in
            let path = "\(folder)/requests.sock"
            let log = RequestLog(environments: [Self.definition])
            let first = try await RunningReader(socket: path, log: log)
            let second = try LogSocket(path: path, account: nil)
            try await first.stop()
            #expect(FileManager.default.fileExists(atPath: path))
            second.end()
            #expect(!FileManager.default.fileExists(atPath: path))
            #expect(FileManager.default.createFile(atPath: path, contents: Data("stale".utf8)))
            let third = try LogSocket(path: path, account: nil)
            _ = try LogWriter(socket: path)
            #expect(third.accept() != nil)
        }
    }

    @Test func `only its account may connect`() throws {
        let account = try #require(UnixUser(named: "nobody"))
        let path = "/tmp/switchyard-test-\(UUID().uuidString.prefix(8)).sock"
        let socket = try LogSocket(path: path, account: geteuid() == 0 ? account : nil)
        var status = stat()
        #expect(lstat(path, &status) == 0)
        #expect(status.st_mode & 0o777 == 0o600)
        #expect(status.st_uid == (geteuid() == 0 ? account.userID : geteuid()))
        socket.end()
    }

    @Test func `a holder that is not there is told`() {
        #expect {
            try LogSocket(heldAt: "/tmp/switchyard-nowhere/desk.sock")
        } throws: { error in
            "\(error)".contains("reach the holder of") && "\(error)".contains("/tmp/switchyard-nowhere/desk.sock")
        }
    }

    @Test func `a folder that is not there and a path that is too long are told`() {
        #expect {
            try LogSocket(path: "/tmp/switchyard-nowhere/requests.sock", account: nil)
        } throws: { error in
            "\(error)".contains("/tmp/switchyard-nowhere/requests.sock") && "\(error)".contains("No such file")
        }
        #expect(throws: TelemetryError.self) {
            try LogSocket(path: "/tmp/" + String(repeating: "a", count: 110), account: nil)
        }
    }
}
