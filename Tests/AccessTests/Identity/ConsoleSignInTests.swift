import Access
import Foundation
import TestSupport
import Testing

/// Sign-in to the console at a real provider: who comes back, and who doesn't.
@Suite(.timeLimit(.minutes(2)))
struct ConsoleSignInTests {
    private func signIn(_ provider: RunningProvider, _ settings: IdentityProviderSettings? = nil) throws
        -> ConsoleSignIn
    {
        try ConsoleSignIn(
            provider: IdentityProvider(settings ?? provider.settings()), redirect: RunningProvider.redirect)
    }

    private func cookie(_ departure: ConsoleSignIn.Departure) -> String {
        String(departure.setCookie.prefix { $0 != ";" })
    }

    private func refusal(
        _ signIn: ConsoleSignIn, _ answer: ConsoleSignIn.Answer, _ cookie: String
    ) async -> AccessError? {
        do {
            _ = try await signIn.finish(answer, cookieHeader: cookie, at: Date())
            return nil
        } catch {
            return error as? AccessError
        }
    }

    @Test(arguments: [nil, "s€cret & more"])
    func `somebody signs in and gets the account of their name, as a public client and with a secret`(
        secret: String?
    ) async throws {
        try await RunningProvider.with { provider in
            let signIn = try signIn(provider, provider.settings(secret: secret))
            let departure = try await signIn.begin(returnTo: "/environments/dev?tab=1", at: Date())
            let answer = try await provider.visit(departure.url)
            let arrival = try await signIn.finish(answer, cookieHeader: cookie(departure), at: Date())
            #expect(arrival.returnTo == "/environments/dev?tab=1")
            #expect(arrival.identity.name.rawValue == "ana@example.com")
            #expect(arrival.identity.link == Account.IdentityLink(issuer: provider.issuer, subject: "ana"))
            #expect(arrival.identity.groups == ["ops"])
            #expect(arrival.identity.authenticatedAt != nil)
            #expect(await signIn.underWay == 0)
        }
    }

    @Test func `the provider is told a hash and never the verifier, and a stolen code is worth nothing`() async throws {
        try await RunningProvider.with { provider in
            let signIn = try signIn(provider)
            let departure = try await signIn.begin(at: Date())
            #expect(departure.url.contains("code_challenge_method=S256"))
            let items = try #require(URLComponents(string: departure.url)?.queryItems)
            let challenge = try #require(items.first { $0.name == "code_challenge" }?.value)
            #expect(challenge.utf8.count == 43 && items.contains { $0.name == "nonce" })
            let answer = try await provider.visit(departure.url)
            let code = try #require(answer.code)
            #expect(try await provider.redeem(code: code, verifier: nil) == 400)
            #expect(try await provider.redeem(code: code, verifier: challenge) == 400)
            _ = try await signIn.finish(answer, cookieHeader: cookie(departure), at: Date())
        }
    }

    @Test func `an answer counts once, and a code too`() async throws {
        try await RunningProvider.with { provider in
            let signIn = try signIn(provider)
            let departure = try await signIn.begin(at: Date())
            let answer = try await provider.visit(departure.url)
            _ = try await signIn.finish(answer, cookieHeader: cookie(departure), at: Date())
            #expect(await refusal(signIn, answer, cookie(departure)) == .unknownSignIn)
            let second = try await signIn.begin(at: Date())
            let mixed = ConsoleSignIn.Answer(code: answer.code, state: try await provider.visit(second.url).state)
            #expect(
                await refusal(signIn, mixed, cookie(second)) == .provider("it refused the code (invalid_grant)"))
        }
    }

    @Test func `another browser, a made-up state and a late answer open nothing`() async throws {
        try await RunningProvider.with { provider in
            let signIn = try signIn(provider)
            let (mine, other) = (try await signIn.begin(at: Date()), try await signIn.begin(at: Date()))
            let answer = try await provider.visit(mine.url)
            #expect(await refusal(signIn, answer, cookie(other)) == .otherBrowser)
            #expect(await refusal(signIn, answer, cookie(mine)) == .unknownSignIn, "it was used up by that")
            let otherAnswer = try await provider.visit(other.url)
            for header in ["", "\(cookie(other)); \(cookie(mine))"] {
                let third = try await signIn.begin(at: Date())
                let answer = try await provider.visit(third.url)
                #expect(await refusal(signIn, answer, header) == .otherBrowser)
            }
            let invented = ConsoleSignIn.Answer(code: otherAnswer.code, state: "invented")
            #expect(await refusal(signIn, invented, cookie(other)) == .unknownSignIn)
            #expect(await refusal(signIn, .init(code: "x", state: nil), cookie(other)) == .unknownSignIn)
            await #expect(throws: AccessError.unknownSignIn) {
                try await signIn.finish(otherAnswer, cookieHeader: cookie(other), at: Date() + .minutes(10))
            }
        }
    }

    @Test func `an answer that says it is from another provider is refused`() async throws {
        try await RunningProvider.with { provider in
            let signIn = try signIn(provider)
            let departure = try await signIn.begin(at: Date())
            let answer = try await provider.visit(departure.url)
            let mixed = ConsoleSignIn.Answer(code: answer.code, state: answer.state, issuer: "https://evil.example")
            #expect(
                await refusal(signIn, mixed, cookie(departure)) == .provider("the answer is from another provider"))
        }
    }

    @Test func `whoever refuses at the provider is not signed in`() async throws {
        try await RunningProvider.with { provider in
            let signIn = try signIn(provider)
            let departure = try await signIn.begin(at: Date())
            let denied = try await provider.visit(departure.url, denying: true)
            #expect(denied.code == nil && denied.error == "access_denied")
            let answer = ConsoleSignIn.Answer(
                code: nil, state: URLComponents(string: departure.url)?.queryItems?.first { $0.name == "state" }?.value,
                error: denied.error)
            #expect(
                await refusal(signIn, answer, cookie(departure))
                    == .provider("it refused the sign-in (access_denied)"))
        }
    }

    @Test func `fresh proof asks for a new look at the person, and an old one is refused`() async throws {
        try await RunningProvider.with { provider in
            let signIn = try signIn(provider)
            let fresh = try await signIn.begin(isFresh: true, at: Date())
            #expect(fresh.url.contains("max_age=0") && fresh.url.contains("prompt=login"))
            _ = try await signIn.finish(
                provider.visit(fresh.url), cookieHeader: cookie(fresh), at: Date())
            for stale in [
                ["auth_time": Int(Date().timeIntervalSince1970) - 3_600] as [String: Any], ["auth_time": NSNull()],
            ] {
                let departure = try await signIn.begin(isFresh: true, at: Date())
                try await provider.lie(["claims": stale])
                #expect(
                    await refusal(signIn, try provider.visit(departure.url), cookie(departure)) == .proofNotFresh)
            }
        }
    }

    @Test func `a provider that does not say when it saw somebody proves nothing fresh`() async throws {
        try await RunningProvider.with { provider in
            let signIn = try signIn(provider)
            let departure = try await signIn.begin(at: Date())
            let answer = try await provider.visit(departure.url)
            try await provider.lie(["claims": ["auth_time": NSNull()]])
            let arrival = try await signIn.finish(answer, cookieHeader: cookie(departure), at: Date())
            #expect(arrival.identity.authenticatedAt == nil)
            try await AccessFixture.with { access in
                let ana = try await access.add("ana", [RoleGrant(.onCall)])
                let now = AccessFixture.now
                let secret = try await access.sessions.begin(
                    for: ana, authenticatedAt: arrival.identity.authenticatedAt, replacing: nil, at: now)
                let subject = try await access.sessions.subject(of: secret, from: AccessFixture.home, at: now)
                let request = BreakGlass.Request(
                    environment: AccessFixture.production, reason: "Checkout answers 500.", incident: "INC-7")
                await #expect(throws: AccessError.proofNotFresh) {
                    try await access.breakGlass.start(request, by: subject, at: now)
                }
            }
        }
    }

    @Test func `an answer without a name is refused from a provider that promises one`() async throws {
        try await RunningProvider.with { provider in
            try await provider.lie(["metadata": ["authorization_response_iss_parameter_supported": true]])
            let signIn = try signIn(provider)
            let departure = try await signIn.begin(at: Date())
            let answer = try await provider.visit(departure.url)
            #expect(answer.issuer == nil)
            #expect(
                await refusal(signIn, answer, cookie(departure)) == .provider("the answer is from another provider"))
            let second = try await signIn.begin(at: Date())
            let bare = try await provider.visit(second.url)
            let named = ConsoleSignIn.Answer(code: bare.code, state: bare.state, issuer: provider.issuer)
            #expect(await refusal(signIn, named, cookie(second)) == nil)
        }
    }

    @Test func `a second factor that is asked for must have been used`() async throws {
        try await RunningProvider.with { provider in
            let signIn = try signIn(provider, provider.settings(contexts: ["mfa", "hwk"]))
            let departure = try await signIn.begin(at: Date())
            #expect(departure.url.contains("acr_values=mfa%20hwk"))
            let answer = try await provider.visit(departure.url)
            #expect(await refusal(signIn, answer, cookie(departure)) == .contextMissing(["mfa", "hwk"]))
            let second = try await signIn.begin(at: Date())
            try await provider.lie(["claims": ["acr": "hwk"]])
            let arrival = try await signIn.finish(
                provider.visit(second.url), cookieHeader: cookie(second), at: Date())
            #expect(arrival.identity.context == "hwk")
        }
    }

    @Test func `sign-ins under way are bounded, and each ends after ten minutes`() async throws {
        try await RunningProvider.with { provider in
            let signIn = try signIn(provider)
            let now = Date()
            for _ in 0..<1_000 { _ = try await signIn.begin(at: now) }
            await #expect(throws: AccessError.tooManySignIns) { try await signIn.begin(at: now) }
            _ = try await signIn.begin(at: now + .minutes(10))
            #expect(await signIn.underWay == 1)
            #expect(try await provider.counts()["metadata"] == 1, "which was asked for once")
        }
    }

    static let paths: [(given: String, taken: String)] = [
        ("/environments/dev", "/environments/dev"), ("//evil.example", "/"), ("https://evil.example", "/"),
        ("/\\evil.example", "/"), ("", "/"), ("javascript:alert(1)", "/"), ("/a b", "/"), ("/\r\nx: y", "/"),
    ]

    @Test(arguments: paths)
    func `nobody is led elsewhere after a sign-in`(path: (given: String, taken: String)) async throws {
        try await RunningProvider.with { provider in
            let signIn = try signIn(provider)
            let departure = try await signIn.begin(returnTo: path.given, at: Date())
            let arrival = try await signIn.finish(
                provider.visit(departure.url), cookieHeader: cookie(departure), at: Date())
            #expect(arrival.returnTo == path.taken)
        }
    }

    @Test func `a provider that is down is told as such, and that codes work without it`() async throws {
        try await RunningProvider.with { provider in
            let signIn = try signIn(provider)
            let departure = try await signIn.begin(at: Date())
            let answer = try await provider.visit(departure.url)
            provider.kill()
            let said = await refusal(signIn, answer, cookie(departure))
            #expect("\(said.map { "\($0)" } ?? "")".contains("break-glass codes work without it"))
            guard case .providerUnreachable = said else {
                Issue.record("\(String(describing: said))")
                return
            }
        }
    }
}
