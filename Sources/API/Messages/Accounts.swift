package import Foundation

/// Who asks.
package struct IdentityReport: Codable, Equatable, Sendable {
    /// Nil for the machine's token file.
    package var account: String?
    /// `machine`, `session`, `token` or `signed_in_token`.
    package var credential: String
    /// `release_manager in production`, …
    package var roles: [String]
    /// Roles and environments as programs read them.
    package var grants: [RoleGrantMessage]

    package init(account: String?, credential: String, roles: [String], grants: [RoleGrantMessage]) {
        self.account = account
        self.credential = credential
        self.roles = roles
        self.grants = grants
    }
}

/// A role, and where it holds.
package struct RoleGrantMessage: Codable, Equatable, Sendable {
    /// `viewer`, `developer`, `release_manager`, `dba`, `on_call`, `auditor` or `admin`.
    package var role: String
    /// Nil for all environments, also those that are added later.
    package var environments: [String]?

    package init(role: String, environments: [String]? = nil) {
        self.role = role
        self.environments = environments
    }
}

/// An account.
package struct AccountReport: Codable, Equatable, Sendable {
    package var name: String
    /// What the record calls it.
    package var identifier: String
    /// `person` or `service`.
    package var kind: String
    package var grants: [RoleGrantMessage]
    package var roles: [String]
    package var createdAt: Date
    /// To the day.
    package var lastSeenAt: Date
    package var disabledAt: Date?
    package var disabledBy: String?
    /// Whether nobody has used it for so long that it counts as disabled.
    package var isDormant: Bool

    package init(
        name: String, identifier: String, kind: String, grants: [RoleGrantMessage], roles: [String], createdAt: Date,
        lastSeenAt: Date, disabledAt: Date?, disabledBy: String?, isDormant: Bool
    ) {
        self.name = name
        self.identifier = identifier
        self.kind = kind
        self.grants = grants
        self.roles = roles
        self.createdAt = createdAt
        self.lastSeenAt = lastSeenAt
        self.disabledAt = disabledAt
        self.disabledBy = disabledBy
        self.isDormant = isDormant
    }
}

/// Names an account, and says why.
package struct AccountRequest: Codable, Equatable, Sendable {
    package var account: String
    package var reason: String?

    package init(account: String, reason: String? = nil) {
        self.account = account
        self.reason = reason
    }
}

/// Says why an account is disabled.
package struct DisableRequest: Codable, Equatable, Sendable {
    package var reason: String

    package init(reason: String) { self.reason = reason }
}

/// Proposes all roles of an account; what is not named is taken away.
package struct RoleProposalRequest: Codable, Equatable, Sendable {
    package var account: String
    /// Whether a new account is a service account.
    package var isService: Bool
    package var grants: [RoleGrantMessage]
    package var reason: String

    package init(account: String, isService: Bool = false, grants: [RoleGrantMessage], reason: String) {
        self.account = account
        self.isService = isService
        self.grants = grants
        self.reason = reason
    }
}

/// A proposal of roles.
package struct RoleProposalReport: Codable, Equatable, Sendable {
    package var id: UUID
    package var account: String
    package var kind: String
    /// Nil for a new account.
    package var before: [String]?
    package var after: [String]
    package var reason: String
    /// An account, or `machine`.
    package var proposedBy: String
    package var proposedAt: Date
    /// `proposed`, `confirmed`, `refused`, `withdrawn` or `expired`.
    package var state: String
    package var decidedBy: String?
    package var decidedAt: Date?

    package init(
        id: UUID, account: String, kind: String, before: [String]?, after: [String], reason: String,
        proposedBy: String, proposedAt: Date, state: String, decidedBy: String?, decidedAt: Date?
    ) {
        self.id = id
        self.account = account
        self.kind = kind
        self.before = before
        self.after = after
        self.reason = reason
        self.proposedBy = proposedBy
        self.proposedAt = proposedAt
        self.state = state
        self.decidedBy = decidedBy
        self.decidedAt = decidedAt
    }
}

/// Asks for a token.
package struct TokenRequest: Codable, Equatable, Sendable {
    /// For whom; nil for oneself.
    package var account: String?
    package var label: String
    /// How long it lives; 90 by default, at most 365.
    package var days: Int?
    /// Permissions that it is for, such as `deploy`; nil for all that the account may do.
    package var operations: [String]?
    /// Environments that it is for; nil for all.
    package var environments: [String]?

    package init(
        account: String? = nil, label: String, days: Int? = nil, operations: [String]? = nil,
        environments: [String]? = nil
    ) {
        self.account = account
        self.label = label
        self.days = days
        self.operations = operations
        self.environments = environments
    }
}

/// A token without its secret.
package struct TokenReport: Codable, Equatable, Sendable {
    package var id: String
    package var account: String
    package var label: String
    package var operations: [String]?
    package var environments: [String]?
    package var createdAt: Date
    package var expiresAt: Date
    package var revokedAt: Date?
    /// To the hour.
    package var lastUsedAt: Date?
    /// Whether it still opens something.
    package var counts: Bool

    package init(
        id: String, account: String, label: String, operations: [String]?, environments: [String]?, createdAt: Date,
        expiresAt: Date, revokedAt: Date?, lastUsedAt: Date?, counts: Bool
    ) {
        self.id = id
        self.account = account
        self.label = label
        self.operations = operations
        self.environments = environments
        self.createdAt = createdAt
        self.expiresAt = expiresAt
        self.revokedAt = revokedAt
        self.lastUsedAt = lastUsedAt
        self.counts = counts
    }
}

/// A new token; what is secret of it is nowhere else.
package struct MadeToken: Codable, Equatable, Sendable {
    /// `syp_…` of a person, `sys_…` of a service account.
    package var text: String
    package var token: TokenReport

    package init(text: String, token: TokenReport) {
        self.text = text
        self.token = token
    }
}

/// That something is done that answers nothing else.
package struct Done: Codable, Equatable, Sendable {
    /// One sentence.
    package var done: String

    package init(_ done: String) { self.done = done }
}
