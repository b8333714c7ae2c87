import Ports

/// An address and port to listen on: `127.0.0.1:8080`, `[::1]:8080`, `*:80`.
package struct ListenAddress: Equatable, Sendable, CustomStringConvertible {
    package let host: String
    package let port: Int

    init(host: String, port: Int) {
        self.host = host
        self.port = port
    }

    init(parsing text: String, setting: String) throws(TrafficError) {
        guard let colon = text.lastIndex(of: ":"), let port = Int(text[text.index(after: colon)...]),
            (0...65_535).contains(port)
        else { throw .invalidAddress(text: text, setting: setting) }
        var host = String(text[..<colon])
        if host.hasPrefix("["), host.hasSuffix("]") { host = String(host.dropFirst().dropLast()) }
        if host.isEmpty || host == "*" { host = "0.0.0.0" }
        guard NumericAddress(host: host, port: port).isNumeric else {
            throw .invalidAddress(text: text, setting: setting)
        }
        self.init(host: host, port: port)
    }

    package var description: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }

    /// Listens there for a moment and answers the port, the system's choice for port 0.
    func tryBinding(setting: String) throws(TrafficError) -> Int {
        do throws(PortFault) {
            return try FreePort.require(NumericAddress(host: host, port: port))
        } catch {
            throw .addressTaken(address: description, setting: setting, cause: error.cause)
        }
    }

    /// Where a client of this machine reaches it: loopback for all addresses.
    var reachable: ListenAddress {
        ListenAddress(host: host == "0.0.0.0" ? "127.0.0.1" : host == "::" ? "::1" : host, port: port)
    }

    /// Whether something accepts connections there.
    func accepts() -> Bool { NumericAddress(host: reachable.host, port: port).accepts() }
}
