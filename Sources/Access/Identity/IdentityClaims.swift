import Foundation

/// What an id token says, checked against what was asked (OpenID Connect Core 3.1.3.7).
struct IdentityClaims: Sendable {
    /// What the token must agree with.
    struct Expectation: Sendable {
        /// Nil where the flow has none: the device flow.
        var nonce: String?
        /// When proof of identity was asked for anew; the person must have been seen since.
        var authenticatedSince: Date?
    }

    let subject: String
    let email: String?
    let hasVerifiedEmail: Bool
    let groups: [String]
    let authenticatedAt: Date?
    let expiresAt: Date
    let context: String?

    private struct Payload: Decodable {
        let iss: String
        let sub: String
        let aud: Audience
        let azp: String?
        let exp: Double
        let iat: Double
        let nbf: Double?
        let nonce: String?
        let auth_time: Double?
        let acr: String?
        let email: String?
        let email_verified: Truth?
    }

    /// One audience or several.
    private struct Audience: Decodable {
        let names: [String]

        init(from decoder: any Decoder) throws {
            let container = try decoder.singleValueContainer()
            names = try (try? [container.decode(String.self)]) ?? container.decode([String].self)
        }
    }

    /// Some providers write booleans as texts.
    private struct Truth: Decodable {
        let value: Bool

        init(from decoder: any Decoder) throws {
            let container = try decoder.singleValueContainer()
            value = try (try? container.decode(Bool.self)) ?? (container.decode(String.self) == "true")
        }
    }

    /// Takes the payload of a token whose signature was checked; throws the first thing that is wrong.
    init(
        _ payload: Data, settings: IdentityProviderSettings, expecting: Expectation, at now: Date
    ) throws(AccessError) {
        guard let said = try? JSONDecoder().decode(Payload.self, from: payload) else {
            throw .identityToken("claims are missing or of a wrong type")
        }
        try Self.checkOrigin(said, settings)
        try Self.checkTimes(said, now)
        if let nonce = expecting.nonce {
            guard let given = said.nonce, SecretDigest(of: given) == SecretDigest(of: nonce) else {
                throw .identityToken("its nonce is not the one of this sign-in")
            }
        }
        let seen = said.auth_time.map(Date.init(timeIntervalSince1970:))
        if let since = expecting.authenticatedSince {
            guard let seen, seen >= since.addingTimeInterval(-Limits.clockLeeway) else { throw .proofNotFresh }
        }
        if !settings.requiredContexts.isEmpty {
            guard let context = said.acr, settings.requiredContexts.contains(context) else {
                throw .contextMissing(settings.requiredContexts)
            }
        }
        subject = said.sub
        email = said.email
        hasVerifiedEmail = said.email_verified?.value ?? false
        groups = Self.groups(in: payload, claim: settings.groupsClaim)
        authenticatedAt = seen
        expiresAt = Date(timeIntervalSince1970: said.exp)
        context = said.acr
    }

    private static func checkOrigin(
        _ said: Payload, _ settings: IdentityProviderSettings
    ) throws(AccessError) {
        guard said.iss == settings.issuer else { throw .identityToken("it is from the issuer \(said.iss.told)") }
        guard said.aud.names.contains(settings.clientID) else { throw .identityToken("it is for another client") }
        guard said.aud.names.count == 1 || said.azp != nil, said.azp == nil || said.azp == settings.clientID else {
            throw .identityToken("it was given to another client")
        }
        guard !said.sub.isEmpty, said.sub.utf8.count <= 255 else { throw .identityToken("it names nobody") }
    }

    private static func checkTimes(_ said: Payload, _ now: Date) throws(AccessError) {
        let time = now.timeIntervalSince1970
        guard time < said.exp + Limits.clockLeeway else { throw .identityToken("it has expired") }
        guard said.iat <= time + Limits.clockLeeway, said.nbf ?? 0 <= time + Limits.clockLeeway else {
            throw .identityToken("it is from the future; check this machine's clock")
        }
        guard said.iat >= time - Limits.identityTokenAge else { throw .identityToken("it is too old") }
    }

    /// The claim's texts, one or many; whatever else it has is passed over.
    private static func groups(in payload: Data, claim: String) -> [String] {
        let object = (try? JSONSerialization.jsonObject(with: payload)) as? [String: Any]
        let value = object?[claim]
        let texts = (value as? [Any])?.compactMap { $0 as? String } ?? (value as? String).map { [$0] } ?? []
        return Array(texts.prefix(Limits.groups))
    }
}
