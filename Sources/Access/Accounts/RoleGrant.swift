package import Domain

/// Which environments something holds for.
package enum EnvironmentScope: Codable, Hashable, Sendable {
    /// For all, also those that are added later.
    case all
    case only(Set<EnvironmentName>)

    package func covers(_ environment: EnvironmentName) -> Bool {
        switch self {
        case .all: true
        case .only(let names): names.contains(environment)
        }
    }

    /// Whether it reaches nowhere that the other one doesn't.
    package func isWithin(_ other: EnvironmentScope) -> Bool {
        switch (self, other) {
        case (_, .all): true
        case (.all, .only): false
        case (.only(let mine), .only(let others)): mine.isSubset(of: others)
        }
    }

    /// As it stands in a sentence: "all environments", "dev and staging".
    package var words: String {
        switch self {
        case .all: "all environments"
        case .only(let names): names.map(\.rawValue).sorted().joined(separator: " and ")
        }
    }
}

/// A role that an account has, and where.
package struct RoleGrant: Codable, Hashable, Sendable {
    package let role: Role
    package let environments: EnvironmentScope

    package init(_ role: Role, in environments: EnvironmentScope = .all) {
        self.role = role
        self.environments = environments
    }

    package var words: String { "\(role.words) in \(environments.words)" }
}

extension [RoleGrant] {
    /// All roles, wherever they hold.
    package var roles: RoleSet { reduce(into: []) { $0.insert(RoleSet($1.role)) } }

    /// The roles that hold in one environment.
    package func roles(in environment: EnvironmentName) -> RoleSet {
        reduce(into: []) { roles, grant in
            if grant.environments.covers(environment) { roles.insert(RoleSet(grant.role)) }
        }
    }

    /// Refuses what no account may have: auditor beside an acting role, admin of some environments only, a service
    /// account that is more than viewer or developer.
    package func check(for name: AccountName, kind: Account.Kind) throws(AccessError) {
        let roles = roles
        if roles.auditsItself { throw .auditorActs(name, roles.intersection(.acting)) }
        for grant in self {
            if grant.role == .admin, grant.environments != .all { throw .adminOfSome(name) }
            // One admin makes their tokens, and so must not get by them what takes two people.
            if kind == .service, ![.viewer, .developer].contains(grant.role) {
                throw .roleNeedsPerson(name, grant.role)
            }
            if case .only(let names) = grant.environments, names.isEmpty || names.count > Limits.grantEnvironments {
                throw .environmentCount(names.count, limit: Limits.grantEnvironments)
            }
        }
    }
}
