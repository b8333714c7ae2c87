package import Foundation

/// A token as it is kept: everything but the token itself.
package struct TokenRecord: Codable, Equatable, Sendable, Identifiable {
    /// How a token came about.
    package enum Origin: String, Codable, Sendable {
        /// Somebody made it to last.
        case made
        /// A command line has it from a sign-in.
        case signedIn
        /// It stands for one use of break-glass by a code.
        case recovered
    }

    package let id: TokenID
    package let account: AccountName
    package let digest: SecretDigest
    /// What its maker calls it.
    package let label: String
    package let scope: TokenScope
    package let origin: Origin
    package let createdAt: Date
    package let expiresAt: Date
    package var revokedAt: Date?
    /// To the hour.
    package var lastUsedAt: Date?

    /// Whether it still opens something.
    package func counts(at now: Date) -> Bool { revokedAt == nil && now < expiresAt }
}
