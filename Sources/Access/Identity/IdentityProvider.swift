package import Foundation

/// An OpenID Connect provider: its metadata and keys as they were last heard, and what it is asked.
package actor IdentityProvider {
    package nonisolated let settings: IdentityProviderSettings
    private let limit: Duration
    private var metadata: (value: ProviderMetadata, at: Date)?
    private var keys: (value: SigningKeys, at: Date)?
    private var refetchedAt = Date.distantPast
    /// Tokens that were taken, with their ends.
    private var redeemed: [SecretDigest: Date] = [:]

    /// `limit` is for one exchange with the provider.
    package init(_ settings: IdentityProviderSettings, limit: Duration? = nil) {
        self.settings = settings
        self.limit = limit ?? Limits.exchange
    }

    /// What the provider says of itself; asked for once an hour.
    func metadata(at now: Date) async throws(AccessError) -> ProviderMetadata {
        if let metadata, now.timeIntervalSince(metadata.at) < Limits.providerAge { return metadata.value }
        let data = try await ProviderExchange.get(settings.discoveryURL, within: limit)
        let value = try ProviderMetadata(data, issuer: settings.issuer)
        metadata = (value, now)
        return value
    }

    /// The keys that can check a token. A key that is unknown is asked for once, and not again within a minute, so
    /// that tokens with made-up keys don't become questions.
    private func keys(for token: IdentityTokenText, at now: Date) async throws(AccessError) -> SigningKeys {
        if let keys, now.timeIntervalSince(keys.at) < Limits.providerAge {
            if keys.value.knows(token.keyIdentifier, token.algorithm) { return keys.value }
            guard now.timeIntervalSince(refetchedAt) >= Limits.keyRefetchPause else {
                throw .identityToken("it is signed with a key that the provider does not list")
            }
            refetchedAt = now
        }
        let data = try await ProviderExchange.get(metadata(at: now).keysEndpoint, within: limit)
        let value = try SigningKeys(data)
        keys = (value, now)
        return value
    }

    /// Checks an id token entirely and answers who it vouches for; each token is taken once.
    func identity(
        vouchedBy text: String, expecting: IdentityClaims.Expectation, at now: Date
    ) async throws(AccessError) -> Identity {
        let token = try IdentityTokenText(text)
        let keys = try await keys(for: token, at: now)
        guard keys.haveSigned(token) else { throw .identityToken("its signature is not the provider's") }
        let claims = try IdentityClaims(token.payload, settings: settings, expecting: expecting, at: now)
        let identity = try Identity(claims, settings: settings)
        try redeem(SecretDigest(of: token.signed), until: claims.expiresAt, at: now)
        return identity
    }

    /// Takes the id token that a command line has from its own device flow.
    ///
    /// It has no nonce; that it is young, is for our client and is taken once stands in its place. `since` asks for
    /// fresh proof.
    package func identity(shownByDevice text: String, since: Date? = nil, at now: Date) async throws -> Identity {
        try await identity(
            vouchedBy: text, expecting: IdentityClaims.Expectation(authenticatedSince: since), at: now)
    }

    private func redeem(_ token: SecretDigest, until end: Date, at now: Date) throws(AccessError) {
        if redeemed.count >= Limits.redeemedTokens { redeemed = redeemed.filter { now < $0.value } }
        guard redeemed[token] == nil else { throw .identityToken("it was used already; sign in again") }
        guard redeemed.count < Limits.redeemedTokens else { throw .provider("too many people sign in at this moment") }
        // No token is taken that is older than this, whatever it says of its own end.
        let longest = now.addingTimeInterval(Limits.identityTokenAge + 2 * Limits.clockLeeway)
        redeemed[token] = max(min(end.addingTimeInterval(Limits.clockLeeway), longest), now)
    }

    /// Sends a form to one of the provider's endpoints.
    func post(
        _ fields: [(String, String)], to url: String
    ) async throws(AccessError) -> (status: Int, body: Data) {
        try await ProviderExchange.post(fields, to: url, as: settings, within: limit)
    }

    /// Exchanges a code for an identity.
    func identity(
        code: String, verifier: String, redirect: String, expecting: IdentityClaims.Expectation, at now: Date
    ) async throws(AccessError) -> Identity {
        let endpoint = try await metadata(at: now).tokenEndpoint
        let (status, body) = try await post(
            [
                ("grant_type", "authorization_code"), ("code", code), ("redirect_uri", redirect),
                ("code_verifier", verifier),
            ], to: endpoint)
        let answer = TokenAnswer(body)
        guard status == 200 else { throw .provider("it refused the code (\(answer.error ?? "status \(status)"))") }
        guard let token = answer.identityToken else { throw .provider("it answered without an id token") }
        return try await identity(vouchedBy: token, expecting: expecting, at: now)
    }
}

/// What a token endpoint answers, good or bad; access and refresh tokens are not even read.
struct TokenAnswer {
    let identityToken: String?
    let error: String?

    private struct Document: Decodable {
        let id_token: String?
        let error: String?
    }

    init(_ data: Data) {
        let document = try? JSONDecoder().decode(Document.self, from: data)
        identityToken = document?.id_token
        error = document?.error?.told
    }
}
