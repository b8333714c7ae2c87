import API
import Access
import Domain
import Foundation
import Hummingbird

/// Devices in the VPN.
struct PeersController: Sendable {
    let desks: AccessDesks

    func addRoutes(to router: APIRouter) {
        router.on(.peers) { _, _ in
            let now = Date()
            return try .json(await desks.records.peers().filter { $0.counts(at: now) }.map(PeerReport.init))
        }
        router.on(.addPeer) { request, context in
            let message = try await request.message(PeerRequest.self)
            let account = try message.account.map { try AccountName($0) }
            if let account, try await desks.records.account(account) == nil {
                throw AccessError.unknownAccount(account)
            }
            let (peer, configuration) = try await vpn().add(
                PeerName(message.name), for: account, until: Date().addingTimeInterval(Double(message.days) * 86_400),
                at: Date())
            try await desks.writeServerFile(at: Date())
            context.notes.add("peer", peer.name.rawValue)
            context.notes.add("expires", peer.expiresAt.formatted(.iso8601))
            return try .json(
                AddedPeer(peer: PeerReport(peer), configuration: configuration), status: .created)
        }
        router.on(.removePeer) { _, context in
            let name = try PeerName(context.parameters.require("peer"))
            try await vpn().remove(name)
            try await desks.writeServerFile(at: Date())
            return try .json(Done("'\(name)' may not enter the VPN any more."))
        }
    }

    private func vpn() throws -> VPNDesk {
        guard let vpn = desks.vpn else { throw ControlPlaneError.noVPN }
        return vpn
    }
}

extension AccessDesks {
    /// Writes the VPN server's file where it is configured; whoever watches it runs `wg syncconf`.
    func writeServerFile(at now: Date) async throws {
        guard let vpn, let server = settings.vpn?.serverFile, let interface = settings.vpn?.interfaceFile else {
            return
        }
        let text = try String(contentsOfFile: interface, encoding: .utf8)
        _ = try await vpn.writeServerFile(server, interface: text, at: now)
    }
}

extension PeerReport {
    init(_ peer: VPNPeer) {
        self.init(
            name: peer.name.rawValue, account: peer.account?.rawValue, address: peer.address,
            publicKey: peer.publicKey, createdAt: peer.createdAt, expiresAt: peer.expiresAt)
    }
}
