package import Foundation

/// A person or a service that may ask something of Switchyard.
package struct Account: Codable, Equatable, Sendable, Identifiable {
    /// What an account stands for.
    package enum Kind: String, Codable, Sendable {
        case person
        /// A program; it approves nothing and confirms nothing.
        case service
    }

    /// Who an identity provider says that somebody is, beyond what can be renamed.
    package struct IdentityLink: Codable, Hashable, Sendable {
        package let issuer: String
        package let subject: String

        package init(issuer: String, subject: String) {
            self.issuer = issuer
            self.subject = subject
        }
    }

    package let name: AccountName
    /// 16 hexadecimal digits that say nothing of the person and last as long as the account: its name in the record.
    package let identifier: String
    package let kind: Kind
    /// Only a confirmed proposal changes them.
    package internal(set) var grants: [RoleGrant]
    package let createdAt: Date
    package internal(set) var disabledAt: Date?
    package internal(set) var disabledBy: AccountName?
    /// To the day.
    package internal(set) var lastSeenAt: Date
    /// Set by the first sign-in, so that a name that is given to somebody else later opens nothing.
    package internal(set) var identity: IdentityLink?

    package var id: AccountName { name }

    package init(
        name: AccountName, kind: Kind, grants: [RoleGrant], createdAt: Date, random: RandomBytes = .system
    ) {
        self.name = name
        identifier = random.hexadecimal(bytes: 8)
        self.kind = kind
        self.grants = grants
        self.createdAt = createdAt
        lastSeenAt = createdAt
    }

    /// Whether a person has not come for so long that the account must be enabled anew.
    package func isDormant(at now: Date) -> Bool {
        kind == .person && now.timeIntervalSince(lastSeenAt) > Limits.dormantAge
    }

    /// Whether nothing of this account counts at the moment: no token, no session, no right.
    package func isDead(at now: Date) -> Bool { disabledAt != nil || isDormant(at: now) }

    /// Throws the reason why nothing of this account counts.
    package func checkAlive(at now: Date) throws(AccessError) {
        if disabledAt != nil { throw .disabled(name) }
        if isDormant(at: now) { throw .dormant(name) }
    }

    /// The same, seen at a time.
    package func seen(at now: Date) -> Account {
        var account = self
        account.lastSeenAt = max(now, lastSeenAt)
        return account
    }

    /// The same, linked to who the provider says it is.
    package func linked(to identity: IdentityLink) -> Account {
        var account = self
        account.identity = identity
        return account
    }

    /// The same, without any right from now on.
    package func disabled(by who: AccountName?, at now: Date) -> Account {
        var account = self
        (account.disabledAt, account.disabledBy) = (now, who)
        return account
    }
}
