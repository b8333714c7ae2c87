package import Domain
package import Foundation

/// What an operation is asked for: an environment and whether it is protected.
package struct AccessedEnvironment: Sendable, Hashable {
    package let name: EnvironmentName
    /// Production and what is kept like it.
    package let isProtected: Bool

    package init(_ name: EnvironmentName, isProtected: Bool) {
        self.name = name
        self.isProtected = isProtected
    }
}

/// What a token may be used for, at most; the account's roles are the other bound.
package struct TokenScope: Codable, Equatable, Sendable {
    /// Nil for all that the account may do.
    package let operations: Set<Permission>?
    package let environments: EnvironmentScope

    package init(operations: Set<Permission>? = nil, environments: EnvironmentScope = .all) {
        self.operations = operations
        self.environments = environments
    }

    /// All that the account may do.
    package static let whole = TokenScope()

    /// Whether it allows nothing that the other one doesn't.
    package func isWithin(_ other: TokenScope) -> Bool {
        guard environments.isWithin(other.environments) else { return false }
        guard let wider = other.operations else { return true }
        return operations?.isSubset(of: wider) ?? false
    }
}

/// A use of break-glass that is under way, as a decision needs it.
package struct BreakGlassPass: Sendable, Hashable {
    package let use: UUID
    package let environment: EnvironmentName
    package let expiresAt: Date

    package init(use: UUID, environment: EnvironmentName, expiresAt: Date) {
        self.use = use
        self.environment = environment
        self.expiresAt = expiresAt
    }
}

/// Whoever asks, with all that a decision depends on; made by `TokenDesk` and `SessionDesk`, or for the machine.
package struct Subject: Sendable {
    /// How somebody has shown who they are.
    package enum Credential: Sendable, Hashable {
        /// The machine's own token file: its holder could read and write everything here anyway.
        case machine
        case session
        /// One that was made to last.
        case token(TokenID)
        /// One that a command line has from a sign-in.
        case signedInToken(TokenID)
    }

    /// Nil for the machine.
    package let account: AccountName?
    /// What the record calls the account; nil for the machine.
    package let identifier: String?
    package let kind: Account.Kind
    package let credential: Credential
    package let scope: TokenScope
    /// When the identity provider last saw this person; nil for tokens, and where it did not say.
    package private(set) var authenticatedAt: Date?
    /// Put there by whoever found it in the records.
    package var breakGlass: BreakGlassPass?

    let everywhere: RoleSet
    let somewhere: RoleSet
    private let byEnvironment: [EnvironmentName: RoleSet]

    package init(
        _ account: Account, credential: Credential, scope: TokenScope = .whole, authenticatedAt: Date? = nil,
        breakGlass: BreakGlassPass? = nil
    ) {
        self.account = account.name
        identifier = account.identifier
        kind = account.kind
        self.credential = credential
        self.scope = scope
        self.authenticatedAt = authenticatedAt
        self.breakGlass = breakGlass
        everywhere = account.grants.reduce(into: []) { roles, grant in
            if grant.environments == .all { roles.insert(RoleSet(grant.role)) }
        }
        somewhere = account.grants.roles
        byEnvironment = account.grants.reduce(into: [:]) { roles, grant in
            guard case .only(let names) = grant.environments else { return }
            for name in names { roles[name, default: []].insert(RoleSet(grant.role)) }
        }
    }

    /// Whoever can read the machine's token file.
    package static let machine = Subject()

    private init() {
        (account, identifier, kind, credential, scope) = (nil, nil, .person, .machine, .whole)
        (everywhere, somewhere, byEnvironment) = ([], [], [:])
    }

    /// The same, of whom an identity provider has just said that it saw them at a time.
    package func seen(at date: Date?) -> Subject {
        var subject = self
        subject.authenticatedAt = date
        return subject
    }

    /// The roles that hold in an environment.
    package func roles(in environment: EnvironmentName) -> RoleSet {
        everywhere.union(byEnvironment[environment] ?? [])
    }

    /// As it stands at the beginning of a sentence.
    package var words: String { account.map { "'\($0)'" } ?? "The machine's token file" }
}
