package import Domain
package import Foundation

/// What the policy says to one wish.
package enum Decision: Equatable, Sendable {
    case allowed
    /// Allowed while break-glass is open there; whatever is recorded of it must say so.
    case allowedUnderBreakGlass(use: UUID)
    case denied(Denial)

    package var isAllowed: Bool {
        if case .denied = self { false } else { true }
    }

    /// The use of break-glass that it is recorded under, or nil; throws the denial.
    @discardableResult
    package func enforce() throws(Denial) -> UUID? {
        switch self {
        case .allowed: nil
        case .allowedUnderBreakGlass(let use): use
        case .denied(let denial): throw denial
        }
    }
}

/// A refusal with its reason; its description is one sentence or two.
package struct Denial: Error, Equatable, Sendable, CustomStringConvertible {
    /// Why something is refused.
    package enum Cause: Equatable, Sendable {
        /// The account has none of the roles that may.
        case role(needed: RoleSet)
        /// Nobody may.
        case nobody
        /// In a protected environment it is asked for and approved.
        case onlyByRequest
        /// The token is for other operations.
        case operationOutOfScope
        /// The token is for other environments.
        case environmentOutOfScope
        /// A service account may not.
        case needsPerson
        /// The account has roles that exclude each other.
        case auditsItself
        /// The request names no environment, and must.
        case environmentMissing
        /// There are accounts for that.
        case machineOnlyHelps
    }

    package let who: String
    package let operation: Permission
    package let environment: EnvironmentName?
    package let cause: Cause

    package var description: String {
        let place = environment.map { " in \($0)" } ?? ""
        return "\(who) may not \(operation.words)\(place): \(reason)."
    }

    private var reason: String {
        switch cause {
        case .role(let needed): "that takes the role \(needed.words); ask an admin to propose it"
        case .nobody: "nobody may"
        case .onlyByRequest: "request the deployment, and have it approved by others"
        case .operationOutOfScope: "the token is for other operations; use another token"
        case .environmentOutOfScope: "the token is for other environments; use another token"
        case .needsPerson: "that takes a person, and this is a service account"
        case .auditsItself: "an auditor must have no acting role; ask an admin to take one of the roles away"
        case .environmentMissing: "name the environment"
        case .machineOnlyHelps: "there are accounts now, so sign in, or make a token of your own"
        }
    }
}
