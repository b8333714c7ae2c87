import Access
import Foundation
import Testing

/// Sessions: a new id at each sign-in, a quarter of an hour idle, half a day in all.
@Suite(.timeLimit(.minutes(1)))
struct SessionTests {
    private let now = AccessFixture.now

    private func error(_ access: AccessFixture, _ secret: SessionSecret, at time: Date) async -> AccessError? {
        do {
            _ = try await access.sessions.subject(of: secret, from: AccessFixture.home, at: time)
            return nil
        } catch {
            return error as? AccessError
        }
    }

    @Test func `a cookie that somebody planted never becomes a session`() async throws {
        try await AccessFixture.with { access in
            let ana = try await access.add("ana", [RoleGrant(.viewer)])
            let planted = try #require(SessionSecret(String(repeating: "ab", count: 32)))
            #expect(await error(access, planted, at: now) == .noSession)
            let secret = try await access.sessions.begin(for: ana, authenticatedAt: now, replacing: planted, at: now)
            #expect(secret.digest != planted.digest)
            #expect(await error(access, planted, at: now) == .noSession)
            #expect(await error(access, secret, at: now) == nil)
        }
    }

    @Test func `signing in again ends the session that the browser had`() async throws {
        try await AccessFixture.with { access in
            let ana = try await access.add("ana", [RoleGrant(.viewer)])
            let old = try await access.session(of: "ana").secret
            let new = try await access.sessions.begin(for: ana, authenticatedAt: now, replacing: old, at: now)
            #expect(await error(access, old, at: now) == .noSession)
            #expect(await error(access, new, at: now) == nil)
        }
    }

    @Test func `a session ends after a quarter of an hour idle, and after half a day however busy`() async throws {
        try await AccessFixture.with { access in
            try await access.add("ana", [RoleGrant(.viewer)])
            let idle = try await access.session(of: "ana").secret
            let busy = try await access.session(of: "ana").secret
            for minute in stride(from: 10, to: 12 * 60, by: 10) {
                try #require(await error(access, busy, at: now + .minutes(minute)) == nil)
            }
            #expect(await error(access, busy, at: now + .hours(12)) == .sessionOver)
            #expect(await error(access, idle, at: now + .minutes(15)) == .sessionOver)
            #expect(await error(access, idle, at: now) == .noSession, "and does not come back")
        }
    }

    @Test func `only the hash of a session is kept`() async throws {
        try await AccessFixture.with { access in
            try await access.add("ana", [RoleGrant(.viewer)])
            let secret = try await access.session(of: "ana").secret
            let text = try #require(secret.setCookie.firstMatch(of: /=([0-9a-f]{64});/)).output.1
            for suffix in ["", "-wal"] {
                let bytes = try Data(contentsOf: URL(filePath: access.path + suffix))
                #expect(bytes.firstRange(of: Data(text.utf8)) == nil)
            }
            #expect(!"\(secret)".contains(text))
        }
    }

    @Test func `signing out, and ending all of somebody's sessions, count at once`() async throws {
        try await AccessFixture.with { access in
            try await access.add("ana", [RoleGrant(.viewer)])
            let secrets = [
                try await access.session(of: "ana").secret, try await access.session(of: "ana").secret,
                try await access.session(of: "ana").secret,
            ]
            try await access.sessions.end(secrets[0])
            #expect(await error(access, secrets[0], at: now) == .noSession)
            #expect(await error(access, secrets[1], at: now) == nil)
            try await access.sessions.endAll(of: AccessFixture.name("ana"))
            for secret in secrets { #expect(await error(access, secret, at: now) == .noSession) }
        }
    }

    @Test func `somebody has twenty sessions at most, and what is over is forgotten`() async throws {
        try await AccessFixture.with { access in
            try await access.add("ana", [RoleGrant(.viewer)])
            let first = try await access.session(of: "ana").secret
            var last = first
            for second in 1...20 { last = try await access.session(of: "ana", at: now + .seconds(second)).secret }
            #expect(await error(access, first, at: now) == .noSession)
            #expect(await error(access, last, at: now + .seconds(20)) == nil)
            try await access.sessions.forgetOver(at: now + .minutes(20))
            #expect(try await access.records.session(last.digest) == nil)
        }
    }

    @Test func `a service account has no session`() async throws {
        try await AccessFixture.with { access in
            let robot = try await access.add("robot", [RoleGrant(.viewer)], kind: .service)
            await #expect(throws: AccessError.sessionNeedsPerson(robot.name)) {
                try await access.sessions.begin(for: robot, authenticatedAt: now, replacing: nil, at: now)
            }
        }
    }

    @Test func `the cookie is for our host alone, over TLS alone, and for no script`() async throws {
        try await AccessFixture.with { access in
            try await access.add("ana", [RoleGrant(.viewer)])
            let cookie = try await access.session(of: "ana").secret.setCookie
            let form = /__Host-switchyard=[0-9a-f]{64}; Path=\/; Max-Age=43200; Secure; HttpOnly; SameSite=Lax/
            #expect(cookie.wholeMatch(of: form) != nil, "\(cookie)")
            #expect(!cookie.contains("Domain"))
            #expect(
                SessionSecret.clearCookie.contains("__Host-switchyard=; ")
                    && SessionSecret.clearCookie.contains("Max-Age=0"))
        }
    }

    static let headers: [(header: String, isFound: Bool)] = [
        ("__Host-switchyard=\(String(repeating: "a1", count: 32))", true),
        ("theme=dark;  __Host-switchyard=\(String(repeating: "a1", count: 32)); x=y", true),
        ("__Host-switchyard=\(String(repeating: "A1", count: 32))", false),
        ("__Host-switchyard=short", false), ("switchyard=\(String(repeating: "a1", count: 32))", false), ("", false),
        (
            "__Host-switchyard=\(String(repeating: "a1", count: 32)); "
                + "__Host-switchyard=\(String(repeating: "b2", count: 32))", false
        ),
    ]

    @Test(arguments: headers)
    func `a session is found in a Cookie header, unless two are sent`(header: (header: String, isFound: Bool)) {
        #expect((SessionSecret(cookieHeader: header.header) != nil) == header.isFound)
    }

    @Test func `a form's token counts for its own session and no other`() async throws {
        try await AccessFixture.with { access in
            try await access.add("ana", [RoleGrant(.viewer)])
            let mine = try await access.session(of: "ana").secret
            let other = try await access.session(of: "ana").secret
            #expect(mine.accepts(formToken: mine.formToken))
            for wrong in [nil, "", other.formToken, mine.formToken + "0", String(mine.formToken.dropLast())] {
                #expect(!mine.accepts(formToken: wrong))
            }
            #expect(!mine.setCookie.contains(mine.formToken), "what is in the cookie, a request forges with it")
        }
    }

    @Test func `guesses of sessions lock their address`() async throws {
        try await AccessFixture.with { access in
            try await access.add("ana", [RoleGrant(.viewer)])
            let good = try await access.session(of: "ana").secret
            let guess = try #require(SessionSecret(String(repeating: "00", count: 32)))
            for _ in 0..<10 { #expect(await error(access, guess, at: now) == .noSession) }
            #expect(await error(access, good, at: now) == .locked("The address 192.0.2.1", until: now + .minutes(30)))
        }
    }
}
