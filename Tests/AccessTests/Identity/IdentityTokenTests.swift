import Access
import Foundation
import TestSupport
import Testing

/// Id tokens that lie, from a provider that lets them; each is refused, and says why.
@Suite(.timeLimit(.minutes(2)))
struct IdentityTokenTests {
    private static var seconds: Int { Int(Date().timeIntervalSince1970) }

    /// The error of one whole sign-in whose id token lies.
    private func refusal(
        _ provider: RunningProvider, _ signIn: ConsoleSignIn, lies: [String: Any]
    ) async throws -> AccessError? {
        let departure = try await signIn.begin(at: Date())
        let answer = try await provider.visit(departure.url)
        try await provider.lie(lies)
        do {
            _ = try await signIn.finish(
                answer, cookieHeader: String(departure.setCookie.prefix { $0 != ";" }), at: Date())
            return nil
        } catch let error as AccessError {
            return error
        }
    }

    private static func lies() -> [(what: String, lies: [String: Any], said: String)] {
        func claim(_ name: String, _ value: Any) -> [String: Any] { ["claims": [name: value]] }
        return [
            ("unsigned", ["alg": "none"], "it is signed with none, and only RS256, ES256 and EdDSA are taken"),
            (
                "signed with the public key", ["alg": "HS256"],
                "it is signed with HS256, and only RS256, ES256 and EdDSA are taken"
            ),
            ("another key", ["key": "other"], "its signature is not the provider's"),
            ("wrong nonce", claim("nonce", "other"), "its nonce is not the one of this sign-in"),
            ("no nonce", claim("nonce", NSNull()), "its nonce is not the one of this sign-in"),
            ("another issuer", claim("iss", "https://evil.example"), "it is from the issuer https://evil.example"),
            ("another audience", claim("aud", "other"), "it is for another client"),
            ("no audience of ours", claim("aud", ["a", "b"]), "it is for another client"),
            ("several audiences without azp", claim("aud", ["switchyard", "b"]), "it was given to another client"),
            ("another azp", claim("azp", "other"), "it was given to another client"),
            ("expired", claim("exp", seconds - 120), "it has expired"),
            ("from the future", claim("iat", seconds + 600), "it is from the future; check this machine's clock"),
            ("not yet valid", claim("nbf", seconds + 600), "it is from the future; check this machine's clock"),
            ("old", claim("iat", seconds - 3_600), "it is too old"),
            ("no subject", claim("sub", ""), "it names nobody"),
            ("no end", claim("exp", NSNull()), "claims are missing or of a wrong type"),
            ("an end in words", claim("exp", "never"), "claims are missing or of a wrong type"),
            ("no email", claim("email", NSNull()), "it has no email; ask for the scope 'email'"),
        ]
    }

    @Test func `a token that lies is refused, and the next good one is taken`() async throws {
        try await RunningProvider.with { provider in
            let signIn = try ConsoleSignIn(
                provider: IdentityProvider(provider.settings()), redirect: RunningProvider.redirect)
            for lie in Self.lies() {
                let said = try await refusal(provider, signIn, lies: lie.lies)
                #expect(said == .identityToken(lie.said), "\(lie.what)")
            }
            #expect(
                try await refusal(provider, signIn, lies: ["claims": ["email_verified": false]])
                    == .emailNotVerified("Ana@Example.com"))
            #expect(
                try await refusal(provider, signIn, lies: ["claims": ["email_verified": NSNull()]])
                    == .emailNotVerified("Ana@Example.com"))
            for truth: [String: Any] in [
                [:], ["aud": ["switchyard"]], ["azp": "switchyard"], ["email_verified": "true"],
            ] {
                #expect(try await refusal(provider, signIn, lies: ["claims": truth]) == nil, "\(truth)")
            }
        }
    }

    @Test(arguments: ["RS256", "ES256", "EdDSA"])
    func `the three kinds of signature are taken`(algorithm: String) async throws {
        try await RunningProvider.with { provider in
            let signIn = try ConsoleSignIn(
                provider: IdentityProvider(provider.settings()), redirect: RunningProvider.redirect)
            #expect(try await refusal(provider, signIn, lies: ["alg": algorithm]) == nil)
        }
    }

    @Test func `keys are asked for once, again for one that is unknown, and not again within a minute`() async throws {
        try await RunningProvider.with { provider in
            let signIn = try ConsoleSignIn(
                provider: IdentityProvider(provider.settings()), redirect: RunningProvider.redirect)
            for _ in 0..<3 { #expect(try await refusal(provider, signIn, lies: [:]) == nil) }
            #expect(try await provider.counts()["keys"] == 1)
            try await provider.rotateKeys()
            #expect(try await refusal(provider, signIn, lies: [:]) == nil, "the new key was fetched")
            #expect(try await provider.counts()["keys"] == 2)
            try await provider.rotateKeys()
            for _ in 0..<3 {
                #expect(
                    try await refusal(provider, signIn, lies: [:])
                        == .identityToken("it is signed with a key that the provider does not list"))
            }
            #expect(try await provider.counts()["keys"] == 2)
        }
    }

    @Test func `only members of a group that is asked for sign in, and no role comes of it`() async throws {
        try await RunningProvider.with { provider in
            for (groups, isIn) in [(["ops", "dev"], true), (["dev"], false)] as [(Set<String>, Bool)] {
                let signIn = try ConsoleSignIn(
                    provider: IdentityProvider(provider.settings(groups: groups)), redirect: RunningProvider.redirect)
                let said = try await refusal(provider, signIn, lies: [:])
                #expect(
                    said == (isIn ? nil : .notInGroup(AccessFixture.name("ana@example.com"), groups.sorted())))
            }
        }
    }

    @Test func `a provider that calls itself otherwise, or leads to plain http elsewhere, is not used`() async throws {
        try await RunningProvider.with { provider in
            let metadata: [(lie: [String: Any], said: String)] = [
                (
                    ["issuer": "https://evil.example"],
                    "its metadata is for the issuer https://evil.example, and \(provider.issuer) is configured"
                ),
                (
                    ["token_endpoint": "http://evil.example/token"],
                    "its metadata names http://evil.example/token, which is neither https nor on this machine"
                ),
                (["code_challenge_methods_supported": ["plain"]], "it does not take PKCE with S256"),
            ]
            for (lie, said) in metadata {
                try await provider.lie(["metadata": lie])
                let signIn = try ConsoleSignIn(
                    provider: IdentityProvider(provider.settings()), redirect: RunningProvider.redirect)
                await #expect(throws: AccessError.provider(said)) { try await signIn.begin(at: Date()) }
            }
        }
    }

    @Test(arguments: [
        "http://id.example.com", "ftp://id.example.com", "id.example.com", "https://user:password@id.example.com",
        "https://id.example.com?x=1", "", "http://127.0.0.1.evil.example", "http://localhost@evil.example",
    ])
    func `an issuer that must not be asked is refused`(issuer: String) {
        #expect(throws: AccessError.issuer(issuer)) {
            try IdentityProviderSettings(issuer: issuer, clientID: "switchyard")
        }
    }

    @Test(arguments: [
        "https://id.example.com", "https://id.example.com/realms/a/", "http://127.0.0.1:9400", "http://localhost:9400",
    ])
    func `an issuer over TLS, or on this machine, is taken`(issuer: String) throws {
        #expect(try IdentityProviderSettings(issuer: issuer, clientID: "switchyard").issuer == issuer)
    }

    @Test(arguments: ["", "a.b", "a.b.c", "....", String(repeating: "a", count: 20_000)])
    func `what is no token is refused before anybody is asked`(text: String) async throws {
        let settings = try IdentityProviderSettings(issuer: "http://127.0.0.1:9", clientID: "switchyard")
        let error = await #expect(throws: AccessError.self) {
            try await IdentityProvider(settings).identity(shownByDevice: text, at: Date())
        }
        guard case .identityToken = error else {
            Issue.record("\(String(describing: error))")
            return
        }
    }
}
