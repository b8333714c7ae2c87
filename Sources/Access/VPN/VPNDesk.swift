import DurableFiles
package import Foundation

/// Where devices are let into the VPN and shut out of it.
package struct VPNDesk: Sendable {
    private let records: any AccessRecords
    private let network: VPNNetwork

    package init(records: any AccessRecords, network: VPNNetwork) {
        self.records = records
        self.network = network
    }

    /// Lets a device in until a time: its record, and its configuration with the private key, to be shown once.
    package func add(
        _ name: PeerName, for account: AccountName?, until expiry: Date, key: WireGuardKey = WireGuardKey(),
        at now: Date
    ) async throws -> (peer: VPNPeer, configuration: String) {
        guard expiry > now, expiry <= now.addingTimeInterval(Limits.peerAge) else { throw AccessError.peerAge }
        let network = network
        let peer = try await records.addPeer { peers in
            guard !peers.contains(where: { $0.name == name && $0.counts(at: now) }) else {
                throw AccessError.peerThere(name)
            }
            return VPNPeer(
                name: name, account: account, publicKey: key.publicText,
                address: try network.freeAddress(beside: peers, at: now).description, createdAt: now, expiresAt: expiry)
        }
        return (peer, network.configuration(of: peer, key: key))
    }

    package func remove(_ name: PeerName) async throws {
        guard try await records.removePeer(name) else { throw AccessError.unknownPeer(name) }
    }

    /// Writes the server's whole file: the `[Interface]` that it is given and the peers that still count.
    ///
    /// A peer without a living account of its own is left out too. Answers whether the file changed, so that the
    /// caller knows whether to run `wg syncconf`.
    package func writeServerFile(_ path: String, interface: String, at now: Date) async throws -> Bool {
        let accounts = try await records.accounts()
        let dead = Set(accounts.filter { $0.disabledAt != nil }.map(\.name))
        let peers = try await records.peers().filter { peer in peer.account.map { !dead.contains($0) } ?? true }
        let head = interface.trimmingCharacters(in: .newlines)
        let text = "\(head)\n\n\(network.serverBlocks(of: peers, at: now))"
        guard (try? String(contentsOfFile: path, encoding: .utf8)) != text else { return false }
        try DurableFile.write(text, to: path, mode: 0o600)
        return true
    }
}
