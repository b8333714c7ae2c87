/// Where a server listens: `127.0.0.1:8080`, `[::1]:0`.
struct ListenAddress: Sendable {
    /// Without the brackets of IPv6.
    let host: String
    private(set) var port: Int

    /// `name` is what the text is called in the configuration or on the command line.
    init(_ text: String, named name: String) throws {
        guard let colon = text.lastIndex(of: ":"), colon != text.startIndex,
            let port = Int(text[text.index(after: colon)...]), (0...65_535).contains(port)
        else {
            throw ControlPlaneError.invalidParameter(name: name, value: text, expected: "address:port")
        }
        let host = text[..<colon].trimmingPrefix("[")
        self.host = host.last == "]" ? String(host.dropLast()) : String(host)
        self.port = port
    }

    /// The same address with another port.
    func with(port: Int) -> ListenAddress {
        var other = self
        other.port = port
        return other
    }

    /// The URL of a server that got `port` there.
    func url(port: Int) -> String { "http://\(host.contains(":") ? "[\(host)]" : host):\(port)" }
}
