import Foundation
import Glibc
import Synchronization

/// Passes bytes between a socket that it listens on and another one, so that two networks have one way between them.
///
/// Blocking, with two threads a connection: it serves one process that is tried for a minute, and at most
/// `Limits.relayedConnections` at a time.
package final class SocketRelay: Sendable {
    /// Where a socket is.
    package enum Place: Sendable {
        case unix(String)
        /// A port of 127.0.0.1.
        case port(Int)
    }

    private let listener: Int32
    private let target: Place
    private let open = Mutex(0)

    /// Listens from now on; throws `IsolationFault` where that is refused.
    package init(from place: Place, to target: Place) throws {
        self.target = target
        listener = try SocketRelay.socket(at: place) { descriptor, address, length in
            bind(descriptor, address, length) == 0 && listen(descriptor, 64) == 0
        }
        Thread.detachNewThread { [self] in acceptAll() }
    }

    private func acceptAll() {
        while true {
            let client = accept(listener, nil, nil)
            if client < 0 {
                if errno == EINTR || errno == ECONNABORTED { continue }
                guard errno == EMFILE || errno == ENFILE else { return }
                // Others may give some back.
                usleep(10_000)
                continue
            }
            let isAdmitted = open.withLock { count in
                guard count < Limits.relayedConnections else { return false }
                count += 1
                return true
            }
            guard isAdmitted, let server = try? Self.connected(to: target) else {
                if isAdmitted { open.withLock { $0 -= 1 } }
                close(client)
                continue
            }
            relay(client, server)
        }
    }

    private func relay(_ client: Int32, _ server: Int32) {
        let left = SharedCount(2)
        for (source, drain) in [(client, server), (server, client)] {
            Thread.detachNewThread { [self] in
                Self.copy(from: source, to: drain)
                shutdown(drain, Int32(SHUT_WR))
                guard left.decrement() == 0 else { return }
                close(client)
                close(server)
                open.withLock { $0 -= 1 }
            }
        }
    }

    private static func copy(from source: Int32, to drain: Int32) {
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = read(source, &buffer, buffer.count)
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return }
            var sent = 0
            while sent < count {
                let written = buffer.withUnsafeBytes { bytes in
                    send(drain, bytes.baseAddress! + sent, count - sent, Int32(MSG_NOSIGNAL))
                }
                if written < 0, errno == EINTR { continue }
                guard written > 0 else { return }
                sent += written
            }
        }
    }

    private static func connected(to place: Place) throws -> Int32 {
        try socket(at: place) { connect($0, $1, $2) == 0 }
    }

    /// A socket at a place, once `use` has bound or connected it.
    private static func socket(
        at place: Place, use: (Int32, UnsafePointer<sockaddr>, socklen_t) -> Bool
    ) throws -> Int32 {
        let family = if case .unix = place { AF_UNIX } else { AF_INET }
        let descriptor = Glibc.socket(family, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { throw IsolationFault("a socket cannot be made", errno) }
        let isDone =
            switch place {
            case .unix(let path) where path.utf8.count > 107:
                throw IsolationFault("the path of the socket \(path) is too long", ENAMETOOLONG)
            case .unix(let path):
                withAddress(ofSocketFile: path) { use(descriptor, $0, $1) }
            case .port(let port):
                withAddress(ofPort: port) { use(descriptor, $0, $1) }
            }
        guard isDone else {
            let code = errno
            close(descriptor)
            throw IsolationFault("the socket \(place) cannot be used", code)
        }
        return descriptor
    }

    private static func withAddress(
        ofSocketFile path: String, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Bool
    ) -> Bool {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8.prefix($0.count - 1)) }
        return withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                body($0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
    }

    private static func withAddress(ofPort port: Int, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Bool) -> Bool {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(UInt16(port)).bigEndian
        address.sin_addr.s_addr = UInt32(INADDR_LOOPBACK).bigEndian
        return withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                body($0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
    }
}

/// Counts down to nothing, from several threads.
private final class SharedCount: Sendable {
    private let count: Mutex<Int>

    init(_ count: Int) { self.count = Mutex(count) }

    func decrement() -> Int {
        count.withLock { count in
            count -= 1
            return count
        }
    }
}
