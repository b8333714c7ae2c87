import DurableFiles
import Foundation
import Glibc
import TestSupport
import Testing

@testable import Telemetry

/// A server of the request log that runs until it is stopped.
final class RunningReader: Sendable {
    private let task: Task<Void, any Error>

    init(socket: String, account: UnixUser? = nil, log: RequestLog) async throws {
        let server = RequestLogServer(socket: socket, account: account, log: log)
        task = Task { try await server.run() }
        try await eventually("a socket") { FileManager.default.fileExists(atPath: socket) }
    }

    deinit { cancel() }

    func cancel() { task.cancel() }

    /// Ends it as the control plane does, and waits until it has.
    func stop() async throws {
        task.cancel()
        try await task.value
    }
}

/// Somebody who connects as a worker of HAProxy does.
final class LogWriter: Sendable {
    private let descriptor: Int32

    init(socket path: String) throws {
        descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8.prefix($0.count - 1)) }
        let connected = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        guard connected == 0 else { throw FileFault(operation: "connect to", path: path) }
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
