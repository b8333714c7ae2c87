package import Foundation

/// The VPN from which protected environments are called: what peers must know of it, and its addresses.
package struct VPNNetwork: Sendable, Equatable {
    /// Its addresses; the first one after the network's is the server's.
    package let block: NetworkBlock
    /// Where the server is reached from outside: vpn.example.com:51820.
    package let endpoint: String
    package let serverPublicKey: String
    /// Networks that peers reach through it; its own is always one.
    package let routed: [NetworkBlock]

    /// Takes what the configuration says; throws what is wrong with it.
    package init(
        block: NetworkBlock, endpoint: String, serverPublicKey: String, routed: [NetworkBlock] = []
    ) throws(AccessError) {
        guard block.address.width - block.prefix >= 2 else { throw .vpnTooSmall(block) }
        guard Self.isEndpoint(endpoint) else { throw .vpnEndpoint(endpoint) }
        guard WireGuardKey.isPublic(serverPublicKey) else { throw .vpnServerKey }
        self.block = block
        self.endpoint = endpoint
        self.serverPublicKey = serverPublicKey
        self.routed = routed
    }

    package var serverAddress: NetworkAddress { address(at: 1) }

    /// The first address that neither the server nor a peer has; peers that are over don't count.
    package func freeAddress(beside peers: [VPNPeer], at now: Date) throws(AccessError) -> NetworkAddress {
        let taken = Set(peers.filter { $0.counts(at: now) }.map(\.address))
        let bits = block.address.width - block.prefix
        // The last address of an IPv4 network is its broadcast address.
        let count = bits >= 13 ? Limits.peers : min((1 << bits) - 1, Limits.peers)
        for number in 2..<max(count, 2) {
            let candidate = address(at: number)
            if !taken.contains(candidate.description) { return candidate }
        }
        throw .vpnFull(block)
    }

    private func address(at number: Int) -> NetworkAddress {
        NetworkAddress(bits: block.address.bits + UInt128(number), isVersion4: block.address.isVersion4)
    }

    /// A name or an address (an IPv6 one in brackets), a colon and a port; nothing that could begin a line of its own.
    private static func isEndpoint(_ text: String) -> Bool {
        guard let match = text.wholeMatch(of: /(?:[A-Za-z0-9.\-]{1,253}|\[[0-9A-Fa-f:.]{2,45}\]):(?<port>[0-9]{1,5})/),
            let port = Int(match.port)
        else { return false }
        return (1...65_535).contains(port)
    }
}

extension VPNNetwork {
    /// The peer's own configuration for `wg-quick`; the only place where its private key is ever written.
    package func configuration(of peer: VPNPeer, key: WireGuardKey) -> String {
        let networks = ([block] + routed.filter { $0 != block }).map(\.description).joined(separator: ", ")
        return """
            # Switchyard's VPN for '\(peer.name)'; it ends on \(peer.expiresAt.ISO8601Format()).
            [Interface]
            PrivateKey = \(key.privateText)
            Address = \(peer.address)/\(block.address.width)

            [Peer]
            PublicKey = \(serverPublicKey)
            Endpoint = \(endpoint)
            AllowedIPs = \(networks)
            PersistentKeepalive = 25

            """
    }

    /// What the server is told of the peers that still count, each with its end; to stand after its `[Interface]`.
    package func serverBlocks(of peers: [VPNPeer], at now: Date) -> String {
        peers.filter { $0.counts(at: now) }.sorted { $0.name < $1.name }.map { peer in
            """
            # Peer '\(peer.name)' until \(peer.expiresAt.ISO8601Format())
            [Peer]
            PublicKey = \(peer.publicKey)
            AllowedIPs = \(peer.address)/\(block.address.width)

            """
        }.joined(separator: "\n")
    }
}
