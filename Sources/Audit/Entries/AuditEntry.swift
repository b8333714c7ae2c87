import Crypto
package import Domain
package import Foundation

/// What somebody did or is about to do, before it is recorded.
///
/// Only `name`, `email` and `address` of the actor and what is in `personal` may say who a person is: they are recorded
/// as ciphertext under that person's key. Everything else is recorded as it stands, so it holds no secrets either.
package struct AuditEntry: Sendable {
    /// Where an entry stands to the act.
    package enum Phase: Equatable, Sendable {
        /// The act is about to be done; a result follows.
        case intent
        /// What came of the act that was announced by the entry of this sequence number.
        case result(of: Int)
        /// Something that happened and needs no result.
        case event
    }

    /// A text about a person, under whose key it is sealed.
    package struct PersonalText: Sendable {
        package var subject: String
        package var text: String

        package init(_ text: String, about subject: String) {
            self.subject = subject
            self.text = text
        }
    }

    package var phase: Phase
    package var at: Date
    package var actor: AuditActor
    package var action: AuditAction
    package var target: String?
    package var environment: EnvironmentName?
    package var outcome: AuditOutcome?
    package var reason: String?
    /// The digest of the plan that is carried out or approved.
    package var plan: String?
    /// The trace of the request, as in traceparent.
    package var trace: String?
    package var flags: Set<AuditFlag> = []
    /// Facts by name; names are small ASCII letters, digits, '.', '_' and '-'.
    package var details: [String: String] = [:]
    package var personal: [String: PersonalText] = [:]
    /// What was too large for the log: the SHA-256 of a salt and the payload.
    package private(set) var payloadSHA256: String?

    package init(
        _ phase: Phase = .event, _ action: AuditAction, by actor: AuditActor, at: Date, target: String? = nil,
        environment: EnvironmentName? = nil, outcome: AuditOutcome? = nil, reason: String? = nil
    ) {
        self.phase = phase
        self.at = at
        self.actor = actor
        self.action = action
        self.target = target
        self.environment = environment
        self.outcome = outcome
        self.reason = reason
    }

    /// Records a payload by its salted hash; the salt is sealed under the actor's key, so that after an erasure nobody
    /// can find out the payload by trying.
    package mutating func setPayload(_ payload: Data, salt: Data) {
        payloadSHA256 = Hexadecimal.text(SHA256.hash(data: salt + payload))
        personal["payload_salt"] = PersonalText(salt.base64EncodedString(), about: actor.id)
    }
}

extension AuditEntry {
    /// What came of an act that was announced so; still of the phase of its intent, because its number is not known here.
    package func concluded(
        _ outcome: AuditOutcome, reason: String?, details: [String: String] = [:], at date: Date
    ) -> AuditEntry {
        var result = self
        result.at = date
        result.outcome = outcome
        result.reason = reason.map { String($0.prefix(4_096)) }
        result.details = details
        result.personal = [:]
        return result
    }
}

/// Who acts: an account by its lasting identifier, which says nothing of the person, and what may be erased.
package struct AuditActor: Equatable, Sendable {
    /// The account; `system` for Switchyard itself.
    package var id: String
    package var name: String?
    package var email: String?
    /// The network address the request came from.
    package var address: String?
    /// How the account proved who it is: `oidc`, `token`, `break-glass`.
    package var authentication: String?

    package init(
        id: String, name: String? = nil, email: String? = nil, address: String? = nil, authentication: String? = nil
    ) {
        self.id = id
        self.name = name
        self.email = email
        self.address = address
        self.authentication = authentication
    }

    /// Switchyard itself.
    package static let system = AuditActor(id: "system")
}

/// What is done, as `noun.verb`.
package struct AuditAction: RawRepresentable, Hashable, Sendable, ExpressibleByStringLiteral {
    package let rawValue: String
    package init(rawValue: String) { self.rawValue = rawValue }
    package init(stringLiteral value: String) { rawValue = value }

    /// A deployment begins; its intent says in `approvals_required` how many approvals it needs, and in
    /// `roles_required` of which roles.
    package static let deploymentOpen: Self = "deployment.open"
    /// A contraction begins, which needs approvals as a deployment does.
    package static let databaseContract: Self = "database.contract"
    /// The acts that have no result yet, as the log is exported: their entries' numbers in the detail `entries`.
    package static let underWay: Self = "audit.under_way"
    /// Somebody approves a plan in an environment; the detail `roles` says with which roles it counts.
    package static let approvalGrant: Self = "approval.grant"
    /// Somebody takes rights for an emergency, named in the detail `use` as `by` and `environment` are.
    package static let breakGlassStart: Self = "break_glass.start"
    /// They end, before or at their time; the detail `use` names them.
    package static let breakGlassEnd: Self = "break_glass.end"
    /// They ended by time alone.
    package static let breakGlassExpire: Self = "break_glass.expire"
    /// Somebody else has looked at what was done with them; the detail `use` names them.
    package static let breakGlassReview: Self = "break_glass.review"
    /// A person's key is destroyed; the detail `key` has its fingerprint.
    package static let erase: Self = "audit.erase"
    /// Old entries are taken away, up to the detail `minimum`.
    package static let prune: Self = "audit.prune"
    /// Entries did not fit the spool; the detail `lost` says how many.
    package static let spoolLoss: Self = "audit.spool_loss"
}

/// How an act ended.
package struct AuditOutcome: RawRepresentable, Hashable, Sendable, ExpressibleByStringLiteral {
    package let rawValue: String
    package init(rawValue: String) { self.rawValue = rawValue }
    package init(stringLiteral value: String) { rawValue = value }

    package static let succeeded: Self = "succeeded"
    package static let failed: Self = "failed"
    /// It was refused, so nothing was done.
    package static let refused: Self = "refused"
    /// Nobody knows: the process ended between intent and result.
    package static let interrupted: Self = "interrupted"
}

/// A remark on an entry.
package struct AuditFlag: RawRepresentable, Hashable, Sendable, ExpressibleByStringLiteral {
    package let rawValue: String
    package init(rawValue: String) { self.rawValue = rawValue }
    package init(stringLiteral value: String) { rawValue = value }

    /// It was written into the spool at its time and came into the log later.
    package static let late: Self = "late"
    /// It was done with rights for an emergency, named in the detail `break_glass`.
    package static let breakGlass: Self = "break-glass"
}
