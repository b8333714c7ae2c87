package import Domain
package import Foundation

/// Asks for a deployment or a contraction in a protected environment, which is carried out when others have approved its
/// plan.
package struct DeploymentRequest: Codable, Equatable, Sendable {
    /// A version, `name@version` or digest; nil for a contraction, which is of the release that serves.
    package var release: String?
    /// Whether the database is to be contracted, and nothing deployed.
    package var isContraction: Bool?
    /// Ask only for the plan with this digest.
    package var planDigest: String?
    package var strategy: VerdictPolicy.Strategy?
    /// Why, for whoever approves.
    package var reason: String?

    package init(
        release: String?, isContraction: Bool? = nil, planDigest: String? = nil,
        strategy: VerdictPolicy.Strategy? = nil, reason: String? = nil
    ) {
        self.release = release
        self.isContraction = isContraction
        self.planDigest = planDigest
        self.strategy = strategy
        self.reason = reason
    }
}

/// A request that waits for approvals, or how it ended.
package struct ChangeRequestReport: Codable, Equatable, Sendable {
    /// One person's yes.
    package struct Approval: Codable, Equatable, Sendable {
        package var by: String
        package var roles: [String]
        package var at: Date
        package var note: String?

        package init(by: String, roles: [String], at: Date, note: String?) {
            self.by = by
            self.roles = roles
            self.at = at
            self.note = note
        }
    }

    package var id: UUID
    package var environment: EnvironmentName
    /// What is to be done, in a few words.
    package var change: String
    /// The release that is to be deployed, by its digest; nil for a contraction.
    package var release: ArtifactDigest?
    package var strategy: VerdictPolicy.Strategy?
    /// What is approved: the plan's digest.
    package var digest: String
    package var requestedBy: String
    package var reason: String?
    package var createdAt: Date
    package var expiresAt: Date
    /// `waiting`, `approved`, `done`, `rejected`, `withdrawn`, `void` or `expired`.
    package var state: String
    package var approvals: [Approval]
    /// Roles of which somebody must still approve.
    package var missing: [String]
    /// The deployment that it became.
    package var deployment: DeploymentID?
    /// Who ended it, and why.
    package var endedBy: String?
    package var endedBecause: String?

    package init(
        id: UUID, environment: EnvironmentName, change: String, release: ArtifactDigest?,
        strategy: VerdictPolicy.Strategy?, digest: String, requestedBy: String, reason: String?, createdAt: Date,
        expiresAt: Date, state: String, approvals: [Approval], missing: [String],
        deployment: DeploymentID?, endedBy: String?, endedBecause: String?
    ) {
        self.id = id
        self.environment = environment
        self.change = change
        self.release = release
        self.strategy = strategy
        self.digest = digest
        self.requestedBy = requestedBy
        self.reason = reason
        self.createdAt = createdAt
        self.expiresAt = expiresAt
        self.state = state
        self.approvals = approvals
        self.missing = missing
        self.deployment = deployment
        self.endedBy = endedBy
        self.endedBecause = endedBecause
    }
}

/// Approves exactly what has been looked at.
package struct ApproveRequest: Codable, Equatable, Sendable {
    /// The digest that was looked at.
    package var digest: String
    package var note: String?

    package init(digest: String, note: String? = nil) {
        self.digest = digest
        self.note = note
    }
}

/// Rejects a request, or withdraws one's own.
package struct RejectRequest: Codable, Equatable, Sendable {
    package var reason: String

    package init(reason: String) { self.reason = reason }
}
