import Access
import Domain
import Testing

/// Networks: who is inside, and what is said of one that is written wrongly.
struct NetworkTests {
    static let memberships: [(block: String, address: String, isInside: Bool)] = [
        ("10.8.0.0/24", "10.8.0.0", true), ("10.8.0.0/24", "10.8.0.255", true), ("10.8.0.0/24", "10.8.1.0", false),
        ("10.8.0.0/24", "10.7.255.255", false), ("10.8.0.4/30", "10.8.0.7", true), ("10.8.0.4/30", "10.8.0.8", false),
        ("192.0.2.7/32", "192.0.2.7", true), ("192.0.2.7/32", "192.0.2.6", false),
        ("0.0.0.0/0", "255.255.255.255", true), ("0.0.0.0/0", "::1", false), ("::/0", "10.8.0.1", false),
        ("::/0", "2001:db8::1", true), ("fd00:8::/64", "fd00:8::ffff:1", true), ("fd00:8::/64", "fd00:8:0:1::", false),
        ("fd00::1/128", "fd00::1", true), ("fd00::1/128", "fd00::2", false),
        ("10.8.0.0/24", "::ffff:10.8.0.9", true), ("10.8.0.0/24", "::ffff:10.9.0.9", false),
        ("::ffff:10.8.0.0/120", "10.8.0.9", true), ("10.8.0.0/24", "::10.8.0.9", false),
        ("fe80::/10", "fe80::1%eth0", true),
    ]

    @Test(arguments: memberships)
    func `an address is in a network or not`(case: (block: String, address: String, isInside: Bool)) throws {
        let block = try NetworkBlock(`case`.block)
        let address = try #require(NetworkAddress(`case`.address))
        #expect(block.contains(address) == `case`.isInside)
    }

    static let slips: [(text: String, sentence: String)] = [
        ("10.8.0.1/24", "The network '10.8.0.1/24' has bits set beyond its first 24; did you mean 10.8.0.0/24?"),
        ("10.8.0.0", "The network '10.8.0.0' says not how many bits count; did you mean 10.8.0.0/32?"),
        ("fd00::1", "The network 'fd00::1' says not how many bits count; did you mean fd00::1/128?"),
        ("10.8/16", "The network '10.8/16' begins with no IP address; did you mean 10.8.0.0/16?"),
        ("10.8.0", "The network '10.8.0' begins with no IP address; did you mean 10.8.0.0/24?"),
        (
            "10.8.0.0/255.255.255.0",
            "The network '10.8.0.0/255.255.255.0' needs a number from 0 to 32 after its slash; did you mean 10.8.0.0/24?"
        ),
        (
            "10.8.0.0/33",
            "The network '10.8.0.0/33' needs a number from 0 to 32 after its slash; write it as 10.8.0.0/24."
        ),
        (
            "fd00::/129",
            "The network 'fd00::/129' needs a number from 0 to 128 after its slash; write it as 10.8.0.0/24."
        ),
        ("office", "The network 'office' begins with no IP address; write it as 10.8.0.0/24."),
        ("fe80::1%eth0/64", "The network 'fe80::1%eth0/64' begins with no IP address; write it as 10.8.0.0/24."),
        ("010.8.0.0/24", "The network '010.8.0.0/24' begins with no IP address; write it as 10.8.0.0/24."),
        ("fd00::1/64", "The network 'fd00::1/64' has bits set beyond its first 64; did you mean fd00::/64?"),
    ]

    @Test(arguments: slips)
    func `a slip is told with the nearest that is right`(slip: (text: String, sentence: String)) throws {
        let error = try #require(throws: AccessError.self) { try NetworkBlock(slip.text) }
        #expect("\(error)" == slip.sentence)
        if let mend = slip.sentence.firstMatch(of: /did you mean (.+)\?/)?.output.1 {
            #expect(try NetworkBlock(String(mend)).description == mend)
        }
    }

    @Test func `protected environments are called from their networks only, the others from anywhere`() throws {
        let networks = try ProtectedNetworks(["10.8.0.0/24", "fd00:8::/64"])
        for inside in ["10.8.0.2", "::ffff:10.8.0.2", "fd00:8::2"] {
            try networks.check(NetworkAddress(inside)!, for: AccessFixture.production)
        }
        for outside in ["192.0.2.1", "::1", "127.0.0.1", "fd00:9::2"] {
            let address = NetworkAddress(outside)!
            try networks.check(address, for: AccessFixture.dev)
            #expect(throws: AccessError.wrongNetwork(address, AccessFixture.production.name)) {
                try networks.check(address, for: AccessFixture.production)
            }
        }
        try ProtectedNetworks([NetworkBlock]()).check(NetworkAddress("192.0.2.1")!, for: AccessFixture.production)
    }

    @Test(arguments: ["", "1.2.3", "1.2.3.4.5", "256.1.1.1", "::g", "1.2.3.4/8", ":::", "1.2.3.4 "])
    func `what is no address is none`(text: String) { #expect(NetworkAddress(text) == nil) }

    @Test(arguments: [("::FFFF:1.2.3.4", "1.2.3.4"), ("2001:DB8:0:0::1", "2001:db8::1"), ("10.0.0.1", "10.0.0.1")])
    func `an address has one text`(written: String, text: String) {
        #expect(NetworkAddress(written)?.description == text)
    }
}
