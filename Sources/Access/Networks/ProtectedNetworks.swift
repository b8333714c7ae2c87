import Domain

/// The networks from which protected environments may be called: the VPN's, an office's.
package struct ProtectedNetworks: Sendable, Equatable {
    /// Empty for no restriction.
    package let blocks: [NetworkBlock]

    package init(_ blocks: [NetworkBlock]) { self.blocks = blocks }

    /// Takes the list as it stands in the configuration.
    package init(_ texts: [String]) throws(AccessError) {
        guard texts.count <= Limits.networks else { throw .tooMany("networks", limit: Limits.networks) }
        var blocks: [NetworkBlock] = []
        for text in texts { blocks.append(try NetworkBlock(text)) }
        self.blocks = blocks
    }

    /// Throws where the environment is protected and the caller's address is in none of the networks.
    ///
    /// `address` is the peer of the connection, or what a proxy that is configured as trusted says of it: never a
    /// header that anybody can send.
    package func check(_ address: NetworkAddress, for environment: AccessedEnvironment) throws(AccessError) {
        guard environment.isProtected, !blocks.isEmpty, !blocks.contains(where: { $0.contains(address) }) else {
            return
        }
        throw .wrongNetwork(address, environment.name)
    }
}
