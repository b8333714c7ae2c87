import Glibc

/// TCP ports that nobody listens on, found by listening on them for a moment.
///
/// They are free when a call returns; whoever binds them must still be ready to lose a race.
package enum FreePort {
    /// Asks the system for different loopback ports; all sockets are held until the last is found.
    package static func find(count: Int) throws(PortFault) -> [Int] {
        var sockets: [Int32] = []
        defer { for socket in sockets { close(socket) } }
        var ports: [Int] = []
        for _ in 0..<count {
            let (descriptor, port) = try listen(on: NumericAddress(host: loopback, port: 0))
            sockets.append(descriptor)
            ports.append(port)
        }
        return ports
    }

    /// Whether nobody listens on a loopback port now.
    package static func isFree(_ port: Int) -> Bool {
        (try? require(NumericAddress(host: loopback, port: port))) != nil
    }

    /// Answers the address's port, the system's choice for port 0; throws why nobody could listen there.
    @discardableResult
    package static func require(_ address: NumericAddress) throws(PortFault) -> Int {
        let (descriptor, port) = try listen(on: address)
        close(descriptor)
        return port
    }

    private static let loopback = "127.0.0.1"

    /// Listens as a server does that was just restarted (with SO_REUSEADDR).
    private static func listen(on address: NumericAddress) throws(PortFault) -> (descriptor: Int32, port: Int) {
        var code = EINVAL
        let listener = address.withSocketAddress { generic, length -> (descriptor: Int32, port: Int)? in
            let descriptor = socket(Int32(generic.pointee.sa_family), Int32(SOCK_STREAM.rawValue) | O_CLOEXEC, 0)
            var yes: Int32 = 1
            setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &yes, socklen_t(MemoryLayout<Int32>.size))
            guard descriptor >= 0, bind(descriptor, generic, length) == 0, Glibc.listen(descriptor, 1) == 0,
                let port = port(of: descriptor)
            else {
                code = errno
                if descriptor >= 0 { close(descriptor) }
                return nil
            }
            return (descriptor, port)
        }
        guard let listener = listener ?? nil else { throw PortFault(address: address, code: code) }
        return listener
    }

    private static func port(of descriptor: Int32) -> Int? {
        var bound = sockaddr_in6()
        var size = socklen_t(MemoryLayout<sockaddr_in6>.size)
        let named = withUnsafeMutablePointer(to: &bound) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(descriptor, $0, &size) }
        }
        // The port is at the same place in sockaddr_in and sockaddr_in6.
        return named == 0 ? Int(UInt16(bigEndian: bound.sin6_port)) : nil
    }
}

/// An address that nobody can listen on now.
package struct PortFault: Error, Equatable, CustomStringConvertible {
    package let address: NumericAddress
    /// The system's `errno`.
    package let code: Int32

    /// The system's words for it.
    package var cause: String { String(cString: strerror(code)) }

    package var description: String {
        let port = address.port == 0 ? "no port is free" : "port \(address.port) cannot be used"
        return "On \(address.host) \(port): \(cause)."
    }
}
