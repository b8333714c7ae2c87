package import Foundation

/// One entry of the audit record, personal data in the clear.
package struct AuditEntryReport: Codable, Equatable, Sendable {
    package var number: Int
    package var at: Date
    /// `intent`: something is about to be done; `result`: what came of it; `event`: something happened.
    package var phase: String
    /// The entry that announced what this is the result of.
    package var intent: Int?
    package var actor: String
    /// How the actor proved who it is.
    package var authentication: String?
    package var address: String?
    /// `noun.verb`.
    package var action: String
    package var target: String?
    package var environment: String?
    package var outcome: String?
    package var reason: String?
    /// The digest of the plan that was carried out.
    package var plan: String?
    package var trace: String?
    package var flags: [String]
    package var details: [String: String]
    /// The salted SHA-256 of what was too large or too private for the record.
    package var payloadDigest: String?

    package init(
        number: Int, at: Date, phase: String, intent: Int?, actor: String, authentication: String?, address: String?,
        action: String, target: String?, environment: String?, outcome: String?, reason: String?, plan: String?,
        trace: String?, flags: [String], details: [String: String], payloadDigest: String?
    ) {
        self.number = number
        self.at = at
        self.phase = phase
        self.intent = intent
        self.actor = actor
        self.authentication = authentication
        self.address = address
        self.action = action
        self.target = target
        self.environment = environment
        self.outcome = outcome
        self.reason = reason
        self.plan = plan
        self.trace = trace
        self.flags = flags
        self.details = details
        self.payloadDigest = payloadDigest
    }
}

/// How far the audit record had come, signed.
package struct AuditCheckpoint: Codable, Equatable, Sendable {
    /// A signed note (C2SP tlog-checkpoint).
    package var text: String

    package init(text: String) { self.text = text }
}

/// How far the audit record has come.
package struct RecordReport: Codable, Equatable, Sendable {
    /// How many entries its newest checkpoint counts.
    package var entries: Int
    /// The first entry that is kept; those before it were older than the retention.
    package var first: Int
    /// The root of the tree of all of them, in base64.
    package var root: String
    /// What a witness has cosigned; nil where none is configured.
    package var witness: WitnessReport?

    package init(entries: Int, first: Int, root: String, witness: WitnessReport?) {
        self.entries = entries
        self.first = first
        self.root = root
        self.witness = witness
    }
}

/// How far a witness has cosigned the audit record.
package struct WitnessReport: Codable, Equatable, Sendable {
    /// The name that it signs with.
    package var name: String
    package var url: String
    /// How many entries its newest cosignature counts; nil while there is none.
    package var entries: Int?
    package var at: Date?

    package init(name: String, url: String, entries: Int?, at: Date?) {
        self.name = name
        self.url = url
        self.entries = entries
        self.at = at
    }
}

/// Asks for a person's data in the record to be made unreadable.
package struct ErasureRequest: Codable, Equatable, Sendable {
    /// The person's identifier, as entries name the actor.
    package var subject: String
    /// Who asks, for the record.
    package var requestedBy: String?

    package init(subject: String, requestedBy: String? = nil) {
        self.subject = subject
        self.requestedBy = requestedBy
    }
}

/// What became of an erasure.
package struct ErasureReport: Codable, Equatable, Sendable {
    /// The record's signed checkpoint after it.
    package var checkpoint: String
    /// Whether nothing was erased yet, because a second admin must ask for the same within a day.
    package var isWaiting: Bool?

    package init(checkpoint: String, isWaiting: Bool? = nil) {
        self.checkpoint = checkpoint
        self.isWaiting = isWaiting
    }
}
