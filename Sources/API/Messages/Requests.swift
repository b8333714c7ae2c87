package import Domain

/// Asks for a plan or a deployment.
package struct DeployRequest: Codable, Equatable, Sendable {
    /// A version, `name@version` or digest.
    package var release: String
    /// Carry out only the plan with this digest.
    package var planDigest: String?
    /// Who asks, for the record.
    package var requestedBy: String?
    /// How the release comes to its users; nil for what the environment says.
    package var strategy: VerdictPolicy.Strategy?

    package init(
        release: String, planDigest: String? = nil, requestedBy: String? = nil,
        strategy: VerdictPolicy.Strategy? = nil
    ) {
        self.release = release
        self.planDigest = planDigest
        self.requestedBy = requestedBy
        self.strategy = strategy
    }
}

/// Asks for a stage to go on without a proof.
package struct PromoteRequest: Codable, Equatable, Sendable {
    package var reason: String?
    /// Who asks, and answers for it.
    package var requestedBy: String?

    package init(reason: String? = nil, requestedBy: String? = nil) {
        self.reason = reason
        self.requestedBy = requestedBy
    }
}

/// Asks for the way back.
package struct RollBackRequest: Codable, Equatable, Sendable {
    package var reason: String?
    /// Who asks, for the record.
    package var requestedBy: String?
    /// The release to go back to, by a full deployment where it is in no slot any more; nil for the one before.
    package var release: String?
    /// Carry out only the plan with this digest; of a full deployment alone.
    package var planDigest: String?

    package init(
        reason: String? = nil, requestedBy: String? = nil, release: String? = nil, planDigest: String? = nil
    ) {
        self.reason = reason
        self.requestedBy = requestedBy
        self.release = release
        self.planDigest = planDigest
    }
}

/// Asks for a contraction.
package struct ContractRequest: Codable, Equatable, Sendable {
    /// Carry out only the plan with this digest.
    package var planDigest: String?
    /// Who asks, for the record.
    package var requestedBy: String?

    package init(planDigest: String? = nil, requestedBy: String? = nil) {
        self.planDigest = planDigest
        self.requestedBy = requestedBy
    }
}

/// Asks for the maintenance page.
package struct MaintenanceRequest: Codable, Equatable, Sendable {
    package var isOn: Bool
    /// Who asks, for the record.
    package var requestedBy: String?

    package init(isOn: Bool, requestedBy: String? = nil) {
        self.isOn = isOn
        self.requestedBy = requestedBy
    }
}

/// A plan with the digest that approves it.
package struct PlanReport: Codable, Equatable, Sendable {
    package var digest: String
    package var plan: Plan

    package init(digest: String, plan: Plan) {
        self.digest = digest
        self.plan = plan
    }
}

/// Why a request was not carried out: a problem document (RFC 9457).
package struct Problem: Codable, Error, Equatable, Sendable, CustomStringConvertible {
    /// A stable word for programs: `lease_held`, `not_found`.
    package var code: String
    package var title: String
    package var status: Int
    /// One sentence: what happened and what to do.
    package var detail: String

    package init(code: String, title: String, status: Int, detail: String) {
        self.code = code
        self.title = title
        self.status = status
        self.detail = detail
    }

    package var description: String { detail }
}

/// Asks for the audit record to be ready to be copied.
package struct AuditExportRequest: Codable, Equatable, Sendable {
    /// Who asks, for the record.
    package var requestedBy: String?

    package init(requestedBy: String? = nil) { self.requestedBy = requestedBy }
}
