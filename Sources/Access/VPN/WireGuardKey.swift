import Crypto
import Foundation

/// A pair of keys for WireGuard: Curve25519, each in base64.
package struct WireGuardKey: Sendable {
    private let key: Curve25519.KeyAgreement.PrivateKey

    package init() { key = Curve25519.KeyAgreement.PrivateKey() }

    /// Takes a private key as `wg genkey` prints it; nil where it is none.
    package init?(privateText: String) {
        guard let data = Data(base64Encoded: privateText),
            let key = try? Curve25519.KeyAgreement.PrivateKey(rawRepresentation: data)
        else { return nil }
        self.key = key
    }

    /// The private key; it goes into the peer's own configuration and is kept nowhere else.
    package var privateText: String { key.rawRepresentation.base64EncodedString() }

    package var publicText: String { key.publicKey.rawRepresentation.base64EncodedString() }

    /// Whether a text is a public key: 32 bytes in base64.
    package static func isPublic(_ text: String) -> Bool { Data(base64Encoded: text)?.count == 32 }
}
