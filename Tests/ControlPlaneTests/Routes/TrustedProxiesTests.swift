import Testing

@testable import ControlPlane

/// Who calls, where proxies stand between.
struct TrustedProxiesTests {
    static let cases: [(peer: String, forwarded: [String], caller: String?)] = [
        ("10.0.0.9", [], "10.0.0.9"),
        ("10.0.0.9", ["203.0.113.7"], "203.0.113.7"),
        ("203.0.113.7", ["10.8.0.1"], "203.0.113.7"),
        ("10.0.0.9", ["127.0.0.1, 203.0.113.7"], "203.0.113.7"),
        ("10.0.0.9", ["127.0.0.1", "203.0.113.7, 10.0.0.8"], "203.0.113.7"),
        ("10.0.0.9", ["10.0.0.7"], "10.0.0.7"),
        ("10.0.0.9", ["2001:db8::1"], "2001:db8::1"),
        ("10.0.0.9", ["203.0.113.7, unknown"], nil),
        ("10.0.0.9", ["203.0.113.7:4711"], nil),
        ("10.0.0.9", ["203.0.113.7,"], "203.0.113.7"),
    ]

    @Test(arguments: cases)
    func `only what trusted proxies have added is believed`(peer: String, forwarded: [String], caller: String?) throws {
        let proxies = try TrustedProxies(["10.0.0.0/24"])
        #expect(proxies.caller(peer: peer, forwarded: forwarded) == caller)
        #expect(try TrustedProxies([]).caller(peer: peer, forwarded: forwarded) == peer)
    }

    @Test func `what is no network is refused with its mend`() {
        #expect(throws: (any Error).self) { try TrustedProxies(["10.0.0.1/24"]) }
    }
}
