import Access
import Domain
import Foundation
import Subprocess
import TestSupport
import Testing

/// The VPN: keys and files that WireGuard's own tools take.
@Suite(.timeLimit(.minutes(1)))
struct VPNTests {
    private let now = AccessFixture.now

    private func network(_ block: String = "10.8.0.0/24", endpoint: String = "vpn.example.com:51820") throws
        -> VPNNetwork
    {
        try VPNNetwork(
            block: NetworkBlock(block), endpoint: endpoint, serverPublicKey: WireGuardKey().publicText,
            routed: [NetworkBlock("10.9.0.0/16")])
    }

    private func output(_ program: String, _ arguments: [String], input: String = "") async throws -> String {
        let result = try await run(
            .name(program), arguments: Arguments(arguments), input: .string(input), output: .string(limit: 65_536),
            error: .string(limit: 65_536))
        #expect(result.terminationStatus.isSuccess, "\(program): \(result.standardError)")
        return result.standardOutput.trimmingCharacters(in: .newlines)
    }

    @Test func `wg computes the same public key from our private one, and we from wg's`() async throws {
        for _ in 0..<5 {
            let key = WireGuardKey()
            #expect(try await output("wg", ["pubkey"], input: key.privateText + "\n") == key.publicText)
        }
        let theirs = try await output("wg", ["genkey"])
        let key = try #require(WireGuardKey(privateText: theirs))
        #expect(try await output("wg", ["pubkey"], input: theirs + "\n") == key.publicText)
        #expect(WireGuardKey.isPublic(key.publicText) && !WireGuardKey.isPublic("short"))
    }

    @Test func `wg-quick takes a peer's file, and the server's`() async throws {
        try await AccessFixture.with { access in
            let desk = VPNDesk(records: access.records, network: try network())
            let key = WireGuardKey()
            let made = try await desk.add(
                PeerName("ana-laptop"), for: nil, until: now + .days(30), key: key, at: now)
            #expect(made.peer.address == "10.8.0.2")
            #expect(made.configuration.contains("until") == false && made.configuration.contains("2026-"))
            try await withTemporaryFolder { folder in
                let peerFile = "\(folder)/peer0.conf"
                try made.configuration.write(toFile: peerFile, atomically: true, encoding: .utf8)
                let stripped = try await output("wg-quick", ["strip", peerFile])
                #expect(stripped.contains("PrivateKey = \(key.privateText)"))
                #expect(stripped.contains("AllowedIPs = 10.8.0.0/24, 10.9.0.0/16"))
                #expect(stripped.contains("Endpoint = vpn.example.com:51820"))
                #expect(!stripped.contains("Address"), "that is wg-quick's own, and it was read as such")
                let server = "\(folder)/server0.conf"
                let interface = "[Interface]\nPrivateKey = \(WireGuardKey().privateText)\nListenPort = 51820\n"
                #expect(try await desk.writeServerFile(server, interface: interface, at: now))
                #expect(try await !desk.writeServerFile(server, interface: interface, at: now), "nothing changed")
                let taken = try await output("wg-quick", ["strip", server])
                #expect(taken.contains("PublicKey = \(key.publicText)"))
                #expect(taken.contains("AllowedIPs = 10.8.0.2/32"))
                let mode = try FileManager.default.attributesOfItem(atPath: server)[.posixPermissions] as? Int
                #expect(mode == 0o600)
            }
        }
    }

    @Test func `peers leave the server's file at their end, when removed and with their account`() async throws {
        try await AccessFixture.with { access in
            try await access.add("ana", [RoleGrant(.viewer)])
            let desk = VPNDesk(records: access.records, network: try network())
            let expiry = now + .days(1)
            _ = try await desk.add(PeerName("short"), for: nil, until: expiry, at: now)
            _ = try await desk.add(PeerName("long"), for: nil, until: now + .days(9), at: now)
            _ = try await desk.add(
                PeerName("ana-laptop"), for: AccessFixture.name("ana"), until: now + .days(9), at: now)
            try await withTemporaryFolder { folder in
                func names(at time: Date) async throws -> [String] {
                    _ = try await desk.writeServerFile("\(folder)/wg.conf", interface: "[Interface]", at: time)
                    let text = try String(contentsOfFile: "\(folder)/wg.conf", encoding: .utf8)
                    return text.matches(of: /# Peer '([a-z\-]+)' until/).map { String($0.output.1) }
                }
                #expect(try await names(at: now) == ["ana-laptop", "long", "short"])
                #expect(try await names(at: expiry) == ["ana-laptop", "long"])
                _ = try await access.roles.disable(AccessFixture.name("ana"), by: nil, at: now)
                #expect(try await names(at: expiry) == ["long"])
                try await desk.remove(PeerName("long"))
                #expect(try await names(at: expiry) == [])
            }
        }
    }

    @Test func `each peer has an address of its own, until there are no more`() async throws {
        try await AccessFixture.with { access in
            let desk = VPNDesk(records: access.records, network: try network("10.8.0.0/29"))
            var addresses: [String] = []
            for number in 1...5 {
                let made = try await desk.add(PeerName("peer-\(number)"), for: nil, until: now + .days(1), at: now)
                addresses.append(made.peer.address)
            }
            #expect(addresses == ["10.8.0.2", "10.8.0.3", "10.8.0.4", "10.8.0.5", "10.8.0.6"])
            await #expect(throws: AccessError.vpnFull(try NetworkBlock("10.8.0.0/29"))) {
                try await desk.add(PeerName("peer-6"), for: nil, until: now + .days(1), at: now)
            }
            await #expect(throws: AccessError.peerThere(try PeerName("peer-1"))) {
                try await desk.add(PeerName("peer-1"), for: nil, until: now + .days(1), at: now)
            }
            let reused = try await desk.add(PeerName("peer-1"), for: nil, until: now + .days(9), at: now + .days(1))
            #expect(reused.peer.address == "10.8.0.2", "whose end is past, its address is free")
        }
    }

    @Test(arguments: [0, -1, 366 * 86_400]) func `a peer without an end, or with a far one, is refused`(
        seconds: Int
    ) async throws {
        try await AccessFixture.with { access in
            let desk = VPNDesk(records: access.records, network: try network())
            await #expect(throws: AccessError.peerAge) {
                try await desk.add(PeerName("ana"), for: nil, until: now + .seconds(seconds), at: now)
            }
        }
    }

    @Test(arguments: [
        "vpn.example.com", "vpn.example.com:0", "vpn.example.com:99999", "a\nPostUp = reboot:1", ":51820", "[::1]",
        "vpn example:1",
    ])
    func `an endpoint that is none is refused`(endpoint: String) {
        #expect(throws: AccessError.vpnEndpoint(endpoint)) { try network(endpoint: endpoint) }
    }

    @Test func `IPv6 has its addresses too`() throws {
        let network = try network("fd00:8::/64", endpoint: "[2001:db8::1]:51820")
        #expect(network.serverAddress.description == "fd00:8::1")
        #expect(try network.freeAddress(beside: [], at: now).description == "fd00:8::2")
        #expect(throws: AccessError.vpnTooSmall(try NetworkBlock("10.8.0.0/31"))) { try self.network("10.8.0.0/31") }
    }
}
