import DurableFiles
import Foundation
import Glibc
import TestSupport
import Testing

@testable import Telemetry

/// A server of the request log that runs until it is stopped.
final class RunningReader: Sendable {
    private let task: Task<Void, any Error>

    init(socket: String, log: RequestLog) async throws {
        let server = RequestLogServer(socket: socket, account: nil, log: log)
        task = Task { try await server.run() }
        try await eventually("a socket") { FileManager.default.fileExists(atPath: socket) }
    }

    /// One that is handed its socket.
    init(heldAt desk: String, log: RequestLog) {
        let server = RequestLogServer(heldAt: desk, log: log)
        task = Task { try await server.run() }
    }

    deinit { cancel() }

    func cancel() { task.cancel() }

    /// Waits until it ends by itself.
    func end() async throws { try await task.value }

    /// Ends it as the control plane does, and waits until it has.
    func stop() async throws {
        task.cancel()
        try await task.value
    }
}

/// A holder of the log's socket, as the supervisor tree runs one.
final class RunningHolder: Sendable {
    private let stop = StopSignal()

    /// Throws where the sockets cannot be made.
    init(socket: String, account: UnixUser? = nil, desk: String) throws {
        nonisolated(unsafe) let holder = try LogSocketHolder(socket: socket, account: account, desk: desk)
        let stop = self.stop
        Thread.detachNewThread { holder.run(until: stop) }
    }

    deinit { end() }

    func end() { stop.send() }
}

/// Somebody who connects as a worker of HAProxy does.
final class LogWriter: Sendable {
    private let descriptor: Int32

    init(socket path: String) throws {
        let descriptor = try UnixSocket.make(nonBlocking: false, for: path)
        self.descriptor = descriptor
        guard UnixSocket.at(path, { connect(descriptor, $0, $1) }) == 0 else {
            throw FileFault(operation: "connect to", path: path)
        }
    }

    deinit { close(descriptor) }

    func write(_ bytes: [UInt8]) throws {
        var sent = 0
        while sent < bytes.count {
            let count = bytes.withUnsafeBytes {
                send(descriptor, $0.baseAddress! + sent, bytes.count - sent, Int32(MSG_NOSIGNAL))
            }
            try #require(count > 0, "\(String(cString: strerror(errno)))")
            sent += count
        }
    }

    /// Waits until the other side has hung up.
    func waitForEnd() async throws {
        try await eventually("the end of the connection") {
            var byte: UInt8 = 0
            return recv(self.descriptor, &byte, 1, Int32(MSG_DONTWAIT)) == 0
        }
    }
}
