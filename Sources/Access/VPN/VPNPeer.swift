import Domain
package import Foundation

/// The name of a device that may enter the VPN: ana-laptop.
package struct PeerName: ValidatedName {
    package static let noun = "VPN peer"
    package static let rule = "1 to 32 lower-case letters, digits and hyphens, a letter first"
    package static func accepts(_ text: String) -> Bool { text.isLowercaseName(limit: 32) }

    package let rawValue: String
    package init(unchecked rawValue: String) { self.rawValue = rawValue }
}

/// A device that may enter the VPN until a time; its private key is not kept here.
package struct VPNPeer: Codable, Equatable, Sendable, Identifiable {
    package let name: PeerName
    /// Whose device it is; with the account, the device ends.
    package let account: AccountName?
    package let publicKey: String
    /// The one address of its own in the VPN, without bits.
    package let address: String
    package let createdAt: Date
    package let expiresAt: Date

    package var id: PeerName { name }

    package func counts(at now: Date) -> Bool { now < expiresAt }
}
