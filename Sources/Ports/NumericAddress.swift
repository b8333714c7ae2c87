import Glibc

/// An address of IPv4 or IPv6 in numbers, and a TCP port.
package struct NumericAddress: Equatable, Sendable {
    package let host: String
    package let port: Int

    /// Takes the host without brackets.
    package init(host: String, port: Int) {
        self.host = host
        self.port = port
    }

    /// Whether the host is an address in numbers, and no name.
    package var isNumeric: Bool { withSocketAddress { _, _ in true } ?? false }

    /// Whether something accepts connections there.
    package func accepts() -> Bool {
        let answer = withSocketAddress { address, length in
            let descriptor = socket(Int32(address.pointee.sa_family), Int32(SOCK_STREAM.rawValue) | O_CLOEXEC, 0)
            guard descriptor >= 0 else { return false }
            defer { close(descriptor) }
            return connect(descriptor, address, length) == 0
        }
        return answer ?? false
    }

    /// Lends the address as the system's calls take it; nil where the host is no address.
    func withSocketAddress<Value>(_ body: (UnsafePointer<sockaddr>, socklen_t) -> Value) -> Value? {
        var hints = addrinfo()
        hints.ai_flags = AI_NUMERICHOST
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        var found: UnsafeMutablePointer<addrinfo>?
        guard getaddrinfo(host, String(port), &hints, &found) == 0, let first = found else { return nil }
        defer { freeaddrinfo(first) }
        return body(first.pointee.ai_addr, first.pointee.ai_addrlen)
    }
}
