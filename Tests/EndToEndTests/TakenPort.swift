import Foundation
import Glibc

/// A loopback port that stays taken as long as this value lives: one given by the system, or a certain one.
final class TakenPort: Sendable {
    let port: Int
    private let descriptor: Int32
    /// Connections that the kernel keeps for `arrivals`.
    private static let waiting: Int32 = 256

    /// Takes a port; throws `POSIXError` with `.EADDRINUSE` while somebody else has it.
    init(_ wanted: Int = 0) throws {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        // Connections of the one before that linger do not count; a port given by the system has none.
        var yes: Int32 = wanted == 0 ? 0 : 1
        setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &yes, socklen_t(MemoryLayout<Int32>.size))
        var address = sockaddr_in()
        address.sin_port = in_port_t(UInt16(wanted).bigEndian)
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let descriptor = descriptor
        let isTaken = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                bind(descriptor, address, size) == 0 && listen(descriptor, Self.waiting) == 0
                    && getsockname(descriptor, address, &size) == 0
            }
        }
        port = Int(address.sin_port.bigEndian)
        guard isTaken else { throw POSIXError(POSIXErrorCode(rawValue: errno) ?? .EADDRINUSE) }
    }

    /// What each connection sent that came since the last call; the kernel has taken them.
    func arrivals() -> [String] {
        var texts: [String] = []
        _ = fcntl(descriptor, F_SETFL, O_NONBLOCK)
        while true {
            let connection = accept(descriptor, nil, nil)
            guard connection >= 0 else { return texts }
            var bytes = [UInt8](repeating: 0, count: 1_024)
            let count = recv(connection, &bytes, bytes.count, 0)
            close(connection)
            texts.append(String(decoding: bytes.prefix(max(count, 0)), as: UTF8.self))
        }
    }

    deinit { close(descriptor) }
}
