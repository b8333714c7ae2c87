import Access
import Domain
import Foundation
import Testing

/// Tokens: shown once, kept as a hash, and dead the moment that they are taken back.
@Suite(.timeLimit(.minutes(1)))
struct TokenTests {
    private let now = AccessFixture.now

    private func make(
        _ access: AccessFixture, for name: String = "ana", scope: TokenScope = .whole,
        age: TimeInterval = Limits.tokenAge
    ) async throws -> (text: TokenText, record: TokenRecord) {
        let account = try await access.account(name)
        let maker = Subject(account, credential: .session, authenticatedAt: now)
        return try await access.tokens.make(for: account, label: "laptop", scope: scope, age: age, by: maker, at: now)
    }

    private func error(
        _ access: AccessFixture, _ text: String, at time: Date? = nil
    ) async -> AccessError? {
        do {
            _ = try await access.tokens.subject(bearing: text, from: AccessFixture.home, at: time ?? now)
            return nil
        } catch {
            return error as? AccessError
        }
    }

    @Test func `a token opens what its account may, for people and for services`() async throws {
        try await AccessFixture.with { access in
            try await access.add("ana", [RoleGrant(.developer)])
            try await access.add("robot", [RoleGrant(.developer)], kind: .service)
            for (name, prefix) in [("ana", "syp_"), ("robot", "sys_")] {
                let made = try await make(access, for: name)
                #expect(made.text.revealed.wholeMatch(of: /sy[ps]_[0-9a-f]{24}_[0-9a-f]{64}/) != nil)
                #expect(made.text.revealed.hasPrefix(prefix))
                let subject = try await access.tokens.subject(
                    bearing: made.text.revealed, from: AccessFixture.home, at: now)
                #expect(subject.account?.rawValue == name && subject.credential == .token(made.record.id))
                #expect(subject.authenticatedAt == nil, "a token is no proof that somebody is there")
            }
        }
    }

    @Test func `nothing of a token but its id is anywhere in the state, nor in what is printed of it`() async throws {
        try await AccessFixture.with { access in
            try await access.add("ana", [RoleGrant(.developer)])
            let made = try await make(access)
            let secret = String(made.text.revealed.suffix(64))
            #expect(!"\(made.text)".contains(secret) && "\(made.text)".hasSuffix("_…"))
            for suffix in ["", "-wal"] {
                let bytes = try Data(contentsOf: URL(filePath: access.path + suffix))
                #expect(bytes.firstRange(of: Data(secret.utf8)) == nil)
                #expect(suffix.isEmpty || bytes.firstRange(of: Data(made.record.id.text.utf8)) != nil)
            }
        }
    }

    @Test func `every character of a token counts`() async throws {
        try await AccessFixture.with { access in
            try await access.add("ana", [RoleGrant(.developer)])
            try await access.add("robot", [RoleGrant(.developer)], kind: .service)
            let text = try await make(access).text.revealed
            let other = try await make(access, for: "robot").text.revealed
            var altered = [String(text.dropLast()), text + "0", text.uppercased(), " " + text, ""]
            altered.append("sys" + text.dropFirst(3))
            altered.append(String(text.prefix(29)) + String(other.dropFirst(29)))
            for offset in [4, 10, 29, 50, text.count - 1] {
                var bytes = Array(text.utf8)
                bytes[offset] = bytes[offset] == UInt8(ascii: "0") ? UInt8(ascii: "1") : UInt8(ascii: "0")
                altered.append(String(decoding: bytes, as: UTF8.self))
            }
            for (index, wrong) in altered.enumerated() {
                // From an address of its own, as ten wrong ones would lock the first.
                let address = try #require(NetworkAddress("198.51.100.\(index)"))
                await #expect(throws: AccessError.badToken, "\(wrong)") {
                    try await access.tokens.subject(bearing: wrong, from: address, at: now)
                }
            }
            #expect(await error(access, text) == nil)
        }
    }

    @Test func `a token ends at its time and when it is revoked, at once and for good`() async throws {
        try await AccessFixture.with { access in
            try await access.add("robot", [RoleGrant(.developer)], kind: .service)
            let short = try await make(access, for: "robot", age: 3_600)
            #expect(await error(access, short.text.revealed, at: now + .minutes(59)) == nil)
            let expiry = now + .hours(1)
            #expect(
                await error(access, short.text.revealed, at: expiry) == .tokenExpired(short.record.id, expiry))
            let revoked = try await make(access, for: "robot")
            try await access.tokens.revoke(revoked.record.id, at: now)
            for again in [access, access.reopened] {
                #expect(await error(again, revoked.text.revealed) == .tokenRevoked(revoked.record.id))
            }
            await #expect(throws: AccessError.unknownToken(revoked.record.id)) {
                try await access.tokens.revoke(revoked.record.id, at: now)
            }
        }
    }

    @Test func `of a disabled person every token and session is dead at once, and stays so`() async throws {
        try await AccessFixture.with { access in
            try await access.add("ana", [RoleGrant(.developer)])
            let made = try await make(access)
            let token = made.text.revealed
            let session = try await access.session(of: "ana")
            _ = try await access.roles.disable(AccessFixture.name("ana"), by: AccessFixture.name("first"), at: now)
            #expect(await error(access, token) != nil)
            await #expect(throws: AccessError.self) {
                try await access.sessions.subject(of: session.secret, from: AccessFixture.home, at: now)
            }
            await #expect(throws: AccessError.disabled(AccessFixture.name("ana"))) { try await make(access) }
            try await access.add("ana", [RoleGrant(.viewer)])
            #expect(
                await error(access, token) == .tokenRevoked(made.record.id), "enabled again, she makes new ones")
        }
    }

    @Test func `a token follows its account's roles, down too`() async throws {
        try await AccessFixture.with { access in
            try await access.add("ana", [RoleGrant(.developer)])
            let token = try await make(access).text.revealed
            try await access.add("ana", [RoleGrant(.viewer)])
            let subject = try await access.tokens.subject(bearing: token, from: AccessFixture.home, at: now)
            let policy = Policy(admins: 2)
            #expect(!policy.decide(subject, .deploy, in: AccessFixture.dev, at: now).isAllowed)
        }
    }

    @Test func `no token gets more than its maker has`() async throws {
        try await AccessFixture.with { access in
            let dev = AccessFixture.dev.name
            let ana = try await access.add("ana", [RoleGrant(.developer, in: .only([dev]))])
            let production = AccessFixture.production.name
            await #expect(throws: AccessError.scopeBeyondRights(ana.name, .approve)) {
                try await make(access, scope: TokenScope(operations: [.deploy, .approve]))
            }
            await #expect(throws: AccessError.scopeBeyondEnvironments(ana.name, production)) {
                try await make(access, scope: TokenScope(environments: .only([dev, production])))
            }
            await #expect(throws: AccessError.tokenAge(Limits.longestTokenAge)) {
                try await make(access, age: Limits.longestTokenAge + 1)
            }
            let lasting = Subject(ana, credential: .token(try await make(access).record.id))
            await #expect(throws: AccessError.tokenMakesToken) {
                try await access.tokens.make(for: ana, label: "more", by: lasting, at: now)
            }
            let signedIn = try await access.tokens.makeSignedIn(for: ana, at: now)
            let bearer = try await access.tokens.subject(
                bearing: signedIn.text.revealed, from: AccessFixture.home, at: now)
            #expect(bearer.credential == .signedInToken(signedIn.record.id))
            _ = try await access.tokens.make(for: ana, label: "from the command line", by: bearer, at: now)
            let narrow = Subject(ana, credential: .session, scope: TokenScope(operations: [.deploy]))
            for wider in [TokenScope.whole, TokenScope(operations: [.deploy, .rollBack])] {
                await #expect(throws: AccessError.scopeTooWide(ana.name)) {
                    try await access.tokens.make(for: ana, label: "wider", scope: wider, by: narrow, at: now)
                }
            }
        }
    }

    @Test func `the last use is noted to the hour, and tokens are counted`() async throws {
        try await AccessFixture.with { access in
            try await access.add("ana", [RoleGrant(.developer)])
            let made = try await make(access)
            for minute in [1, 2, 70] {
                #expect(await error(access, made.text.revealed, at: now + .minutes(minute)) == nil)
            }
            let used = try #require(try await access.records.token(made.record.id)?.lastUsedAt)
            #expect(used.timeIntervalSince1970.truncatingRemainder(dividingBy: 3_600) == 0)
            #expect(used <= now + .minutes(70) && used > now)
            for _ in 1..<50 { _ = try await make(access) }
            await #expect(throws: AccessError.tooMany("tokens of 'ana'", limit: 50)) { try await make(access) }
        }
    }

    @Test func `whoever guesses is locked out for half an hour, with a good token too`() async throws {
        try await AccessFixture.with { access in
            try await access.add("robot", [RoleGrant(.developer)], kind: .service)
            let good = try await make(access, for: "robot").text.revealed
            let over = try await make(access, for: "robot")
            try await access.tokens.revoke(over.record.id, at: now)
            for _ in 0..<20 { #expect(await error(access, over.text.revealed) == .tokenRevoked(over.record.id)) }
            for _ in 0..<9 { #expect(await error(access, "syp_guess") == .badToken) }
            #expect(await error(access, good) == nil, "which forgets no failure of the address")
            #expect(await error(access, "syp_guess") == .badToken)
            let end = now + .minutes(30)
            #expect(await error(access, good) == .locked("The address 192.0.2.1", until: end))
            #expect(await error(access, good, at: end) == nil)
        }
    }
}
