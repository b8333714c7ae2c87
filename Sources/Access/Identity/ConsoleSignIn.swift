import Crypto
package import Foundation

/// Signs people in to the console: authorisation code, PKCE with S256, state and nonce (RFC 6749, 7636; OpenID Connect).
///
/// What is under way lives in memory, bounded, for ten minutes. A restart ends it: people begin again.
package actor ConsoleSignIn {
    /// Where a browser is sent, and what it is given for the way back.
    package struct Departure: Sendable {
        /// The provider's address; answer 303.
        package let url: String
        /// The text of a Set-Cookie header: the way back is open to this browser only.
        package let setCookie: String
    }

    /// Who came back.
    package struct Arrival: Sendable {
        package let identity: Identity
        /// The path of our own where the person wanted to go.
        package let returnTo: String
    }

    /// What the provider brings back, from the query of the redirect address.
    package struct Answer: Sendable {
        package let code: String?
        package let state: String?
        package let issuer: String?
        package let error: String?

        package init(code: String?, state: String?, issuer: String? = nil, error: String? = nil) {
            self.code = code
            self.state = state
            self.issuer = issuer
            self.error = error
        }
    }

    private struct Pending {
        let verifier: String
        let nonce: String
        let browser: SecretDigest
        let returnTo: String
        let begunAt: Date
        let isFresh: Bool
    }

    /// The cookie of a sign-in under way.
    package static let cookieName = "__Host-switchyard-sign-in"

    private let provider: IdentityProvider
    private let redirect: String
    private let random: RandomBytes
    private var pending: [SecretDigest: Pending] = [:]

    /// `redirect` is the address of our own that the provider leads back to, as it is registered there.
    package init(provider: IdentityProvider, redirect: String, random: RandomBytes = .system) {
        self.provider = provider
        self.redirect = redirect
        self.random = random
    }

    /// Begins a sign-in. With `isFresh` the provider must see the person anew, as break-glass asks for.
    package func begin(returnTo: String = "/", isFresh: Bool = false, at now: Date) async throws -> Departure {
        let metadata = try await provider.metadata(at: now)
        forgetOver(at: now)
        guard pending.count < Limits.pendingSignIns else { throw AccessError.tooManySignIns }
        let state = random.base64URL(bytes: 32)
        let browser = random.base64URL(bytes: 32)
        let begun = Pending(
            verifier: random.base64URL(bytes: 32), nonce: random.base64URL(bytes: 32),
            browser: SecretDigest(of: browser), returnTo: Self.ownPath(returnTo), begunAt: now, isFresh: isFresh)
        pending[SecretDigest(of: state)] = begun
        let url = address(metadata.authorizationEndpoint, state: state, of: begun)
        return Departure(
            url: url, setCookie: CookieText.setting(Self.cookieName, to: browser, maxAge: Limits.signInAge))
    }

    /// Ends a sign-in by what the provider brought back; each state counts once, and only in its own browser.
    package func finish(_ answer: Answer, cookieHeader: String, at now: Date) async throws -> Arrival {
        forgetOver(at: now)
        guard let state = answer.state, let begun = pending.removeValue(forKey: SecretDigest(of: state)) else {
            throw AccessError.unknownSignIn
        }
        guard let browser = CookieText.value(of: Self.cookieName, in: cookieHeader),
            SecretDigest(of: browser) == begun.browser
        else { throw AccessError.otherBrowser }
        if let error = answer.error { throw AccessError.provider("it refused the sign-in (\(error.told))") }
        let metadata = try await provider.metadata(at: now)
        guard answer.issuer == nil ? !metadata.namesItself : answer.issuer == provider.settings.issuer else {
            throw AccessError.provider("the answer is from another provider")
        }
        guard let code = answer.code else { throw AccessError.provider("it brought no code") }
        let expecting = IdentityClaims.Expectation(
            nonce: begun.nonce, authenticatedSince: begun.isFresh ? begun.begunAt : nil)
        let identity = try await provider.identity(
            code: code, verifier: begun.verifier, redirect: redirect, expecting: expecting, at: now)
        return Arrival(identity: identity, returnTo: begun.returnTo)
    }

    /// How many sign-ins are under way.
    package var underWay: Int { pending.count }

    private func address(_ endpoint: String, state: String, of begun: Pending) -> String {
        let challenge = Data(SHA256.hash(data: Array(begun.verifier.utf8))).base64URL
        var fields = [
            ("response_type", "code"), ("client_id", provider.settings.clientID), ("redirect_uri", redirect),
            ("scope", provider.settings.scope), ("state", state), ("nonce", begun.nonce),
            ("code_challenge", challenge), ("code_challenge_method", "S256"),
        ]
        if begun.isFresh { fields += [("max_age", "0"), ("prompt", "login")] }
        if !provider.settings.requiredContexts.isEmpty {
            fields.append(("acr_values", provider.settings.requiredContexts.joined(separator: " ")))
        }
        let query = fields.map { "\($0)=\($1.formEncoded)" }.joined(separator: "&")
        return endpoint + (endpoint.contains("?") ? "&" : "?") + query
    }

    private func forgetOver(at now: Date) {
        pending = pending.filter { now.timeIntervalSince($0.value.begunAt) < Limits.signInAge }
    }

    /// A path of our own, or the beginning where it is none: nobody is led elsewhere by a link to our sign-in.
    static func ownPath(_ text: String) -> String {
        let isOwn =
            text.hasPrefix("/") && !text.hasPrefix("//") && text.utf8.count <= 2_000
            && text.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7f && $0 != UInt8(ascii: "\\") }
        return isOwn ? text : "/"
    }
}
