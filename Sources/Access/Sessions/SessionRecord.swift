package import Foundation

/// A session of the console as it is kept: everything but what the browser holds.
package struct SessionRecord: Codable, Equatable, Sendable {
    package let digest: SecretDigest
    package let account: AccountName
    package let createdAt: Date
    /// When the identity provider last saw the person; what is asked to be fresh goes by it, and nil is never fresh.
    package let authenticatedAt: Date?
    /// To the minute.
    package var lastUsedAt: Date

    /// Whether it still counts: 15 minutes idle and 12 hours in all.
    package func counts(at now: Date) -> Bool {
        now.timeIntervalSince(lastUsedAt) < Limits.sessionIdle && now.timeIntervalSince(createdAt) < Limits.sessionAge
    }
}
