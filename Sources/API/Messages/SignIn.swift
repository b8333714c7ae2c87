package import Foundation

/// What a command line needs to sign in; nothing of it is secret.
package struct SignInReport: Codable, Equatable, Sendable {
    /// Nil where no identity provider is configured.
    package var issuer: String?
    package var clientID: String?
    package var scopes: [String]

    package init(issuer: String?, clientID: String?, scopes: [String]) {
        self.issuer = issuer
        self.clientID = clientID
        self.scopes = scopes
    }
}

/// Shows an id token of the device flow.
package struct DeviceSignInRequest: Codable, Equatable, Sendable {
    package var identityToken: String

    package init(identityToken: String) { self.identityToken = identityToken }
}

/// Asks to act alone in a protected environment.
package struct BreakGlassRequest: Codable, Equatable, Sendable {
    package var reason: String
    /// The incident that it is for.
    package var incident: String
    /// At most 60.
    package var minutes: Int
    /// Fresh proof of identity, where it is asked with a token: an id token of the device flow.
    package var identityToken: String?

    package init(reason: String, incident: String, minutes: Int = 60, identityToken: String? = nil) {
        self.reason = reason
        self.incident = incident
        self.minutes = minutes
        self.identityToken = identityToken
    }
}

/// The same, by a single-use code.
package struct BreakGlassRecovery: Codable, Equatable, Sendable {
    package var account: String
    package var code: String
    package var environment: String
    package var reason: String
    package var incident: String
    package var minutes: Int

    package init(
        account: String, code: String, environment: String, reason: String, incident: String, minutes: Int = 60
    ) {
        self.account = account
        self.code = code
        self.environment = environment
        self.reason = reason
        self.incident = incident
        self.minutes = minutes
    }
}

/// One use of break-glass.
package struct BreakGlassReport: Codable, Equatable, Sendable {
    package var id: UUID
    package var account: String
    package var environment: String
    package var reason: String
    package var incident: String
    /// `identity_provider` or `recovery_code`.
    package var proof: String
    package var startedAt: Date
    package var expiresAt: Date
    package var endedAt: Date?
    package var endedBy: String?
    /// Everybody who could have approved.
    package var told: [String]
    /// Who acted under it beside its starter.
    package var participants: [String]
    /// `active`, `awaiting_review`, `overdue` or `reviewed`.
    package var state: String
    package var reviewedBy: String?
    package var isJustified: Bool?
    package var note: String?

    package init(
        id: UUID, account: String, environment: String, reason: String, incident: String, proof: String,
        startedAt: Date, expiresAt: Date, endedAt: Date?, endedBy: String?, told: [String], participants: [String],
        state: String, reviewedBy: String?, isJustified: Bool?, note: String?
    ) {
        self.id = id
        self.account = account
        self.environment = environment
        self.reason = reason
        self.incident = incident
        self.proof = proof
        self.startedAt = startedAt
        self.expiresAt = expiresAt
        self.endedAt = endedAt
        self.endedBy = endedBy
        self.told = told
        self.participants = participants
        self.state = state
        self.reviewedBy = reviewedBy
        self.isJustified = isJustified
        self.note = note
    }
}

/// A use of break-glass that was opened by a code, and a token for its time.
package struct RecoveredAccess: Codable, Equatable, Sendable {
    package var use: BreakGlassReport
    package var token: String

    package init(use: BreakGlassReport, token: String) {
        self.use = use
        self.token = token
    }
}

/// A judgement of a use of break-glass.
package struct BreakGlassReviewRequest: Codable, Equatable, Sendable {
    package var isJustified: Bool
    package var note: String

    package init(isJustified: Bool, note: String) {
        self.isJustified = isJustified
        self.note = note
    }
}

/// Asks for single-use codes.
package struct RecoveryCodesRequest: Codable, Equatable, Sendable {
    /// Fresh proof of identity, where it is asked with a token: an id token of the device flow.
    package var identityToken: String?

    package init(identityToken: String? = nil) { self.identityToken = identityToken }
}

/// Single-use codes, which are nowhere else.
package struct RecoveryCodes: Codable, Equatable, Sendable {
    package var codes: [String]

    package init(codes: [String]) { self.codes = codes }
}

/// Asks for a device to be let into the VPN.
package struct PeerRequest: Codable, Equatable, Sendable {
    package var name: String
    /// Whose device it is; with the account, the device ends.
    package var account: String?
    /// At most 365.
    package var days: Int

    package init(name: String, account: String? = nil, days: Int) {
        self.name = name
        self.account = account
        self.days = days
    }
}

/// A device that may enter the VPN.
package struct PeerReport: Codable, Equatable, Sendable {
    package var name: String
    package var account: String?
    package var address: String
    package var publicKey: String
    package var createdAt: Date
    package var expiresAt: Date

    package init(
        name: String, account: String?, address: String, publicKey: String, createdAt: Date, expiresAt: Date
    ) {
        self.name = name
        self.account = account
        self.address = address
        self.publicKey = publicKey
        self.createdAt = createdAt
        self.expiresAt = expiresAt
    }
}

/// A new peer; its private key is in the configuration and nowhere else.
package struct AddedPeer: Codable, Equatable, Sendable {
    package var peer: PeerReport
    /// For `wg-quick`.
    package var configuration: String

    package init(peer: PeerReport, configuration: String) {
        self.peer = peer
        self.configuration = configuration
    }
}
