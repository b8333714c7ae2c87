import Dispatch
import Foundation
import Glibc

/// HAProxy's master socket: a line of commands in, everything that is answered out, one connection each.
struct RuntimeSocket: Sendable {
    let path: String
    /// Bytes of the longest reply that is read.
    let replyLimit: Int
    private let queue = DispatchQueue(label: "switchyard.haproxy.socket", attributes: .concurrent)

    init(path: String, replyLimit: Int = Limits.reply) {
        self.path = path
        self.replyLimit = replyLimit
    }

    /// Sends one line (commands separated by ';', or one with a payload) and answers everything until the end.
    ///
    /// Throws `TrafficError.notRunning` where nobody listens. The blocking calls run on a queue of their own.
    func exchange(_ line: String) async throws -> String {
        try await withCheckedThrowingContinuation { continuation in
            queue.async { continuation.resume(with: Result { try blockingExchange(line) }) }
        }
    }

    private func blockingExchange(_ line: String) throws -> String {
        let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { throw fault("create") }
        defer { close(descriptor) }
        let seconds = time_t(Limits.exchange.components.seconds)
        var limit = timeval(tv_sec: seconds, tv_usec: 0)
        let size = socklen_t(MemoryLayout<timeval>.size)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, size)
        setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &limit, size)
        try connect(descriptor)
        try send(Array((line + "\n").utf8), to: descriptor, command: line)
        // The master answers a line for as long as the writing side is open; closing it ends the reply.
        shutdown(descriptor, Int32(SHUT_WR))
        return try receive(from: descriptor, command: line)
    }

    private func connect(_ descriptor: Int32) throws {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8.prefix($0.count - 1)) }
        let connected = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                Glibc.connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        guard connected != 0 else { return }
        if errno == ENOENT || errno == ECONNREFUSED { throw TrafficError.notRunning(socket: path) }
        throw fault("connect to")
    }

    private func send(_ bytes: [UInt8], to descriptor: Int32, command: String) throws {
        var sent = 0
        while sent < bytes.count {
            let count = bytes.withUnsafeBytes { buffer in
                Glibc.send(descriptor, buffer.baseAddress! + sent, bytes.count - sent, Int32(MSG_NOSIGNAL))
            }
            if count < 0 && errno == EINTR { continue }
            if count < 0 && errno == EAGAIN { throw silence(command) }
            guard count > 0 else { throw fault("write to") }
            sent += count
        }
    }

    private func receive(from descriptor: Int32, command: String) throws -> String {
        var reply: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 65_536)
        let deadline = ContinuousClock.now + Limits.exchange
        while true {
            let count = recv(descriptor, &chunk, chunk.count, 0)
            if count == 0 { return String(decoding: reply, as: UTF8.self) }
            if count < 0 && errno == EINTR { continue }
            if count < 0 && errno == EAGAIN { throw silence(command) }
            // A master that is being replaced by a reload resets what it had not answered.
            if count < 0 && errno == ECONNRESET { return String(decoding: reply, as: UTF8.self) }
            guard count > 0 else { throw fault("read from") }
            reply += chunk[..<count]
            guard reply.count <= replyLimit else {
                throw TrafficError.replyTooLarge(command: head(of: command), limit: replyLimit)
            }
            guard ContinuousClock.now < deadline else { throw silence(command) }
        }
    }

    private func fault(_ operation: String) -> TrafficError {
        .exchange(socket: path, operation: operation, code: errno)
    }

    private func silence(_ command: String) -> TrafficError { .silent(socket: path, command: head(of: command)) }

    /// The first words only: a payload may hold a private key.
    private func head(of command: String) -> String { String(command.prefix { $0 != "<" }.prefix(200)) }
}
