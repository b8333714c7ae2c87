import Access
import Domain
import Foundation
import Glibc
import Testing

/// Codes that work with the identity provider down: each once, whatever happens meanwhile.
@Suite(.timeLimit(.minutes(1)))
struct RecoveryCodeTests {
    private let now = AccessFixture.now
    private let ana = AccessFixture.name("ana")
    private let request = BreakGlass.Request(
        environment: AccessFixture.production, reason: "The provider is down.", incident: "INC-8")

    private func withCodes(_ body: (AccessFixture, [String]) async throws -> Void) async throws {
        try await AccessFixture.with { access in
            try await access.add("ana", [RoleGrant(.onCall)])
            let subject = try await access.session(of: "ana").subject
            let codes = try await access.breakGlass.makeCodes(for: subject, at: now)
            try await body(access, codes.map(\.revealed))
        }
    }

    private func start(
        _ access: AccessFixture, _ code: String, as name: String = "ana", from address: String = "192.0.2.1",
        at time: Date? = nil
    ) async throws -> BreakGlass {
        try await access.breakGlass.start(
            request, by: AccessFixture.name(name), code: code, from: NetworkAddress(address)!, at: time ?? now)
    }

    @Test func `a code opens break-glass without the provider, once, also after a restart`() async throws {
        try await withCodes { access, codes in
            #expect(codes.count == 10 && Set(codes).count == 10)
            #expect(codes.allSatisfy { $0.wholeMatch(of: /(?:[0-9A-HJKMNP-TV-Z]{4}-){3}[0-9A-HJKMNP-TV-Z]{4}/) != nil })
            let use = try await start(access, codes[0])
            #expect(use.proof == .recoveryCode)
            _ = try await access.breakGlass.end(use.id, by: ana, at: now)
            for again in [access, access.reopened] {
                await #expect(throws: AccessError.badRecoveryCode) { try await start(again, codes[0]) }
            }
            #expect(try await access.breakGlass.codesLeft(of: ana) == 9)
            let typed = codes[1].lowercased().replacing("-", with: " ")
            _ = try await start(access, typed)
        }
    }

    @Test func `of many who show the same code at once, one gets in`() async throws {
        try await withCodes { access, codes in
            let successes = await withTaskGroup(of: Bool.self) { group in
                for number in 0..<8 {
                    group.addTask { (try? await start(access, codes[0], from: "192.0.2.\(number)")) != nil }
                }
                return await group.reduce(0) { $0 + ($1 ? 1 : 0) }
            }
            #expect(successes == 1)
        }
    }

    @Test func `the store gives each code away once, whoever asks at the same time`() async throws {
        try await withCodes { access, _ in
            for digest in try await access.records.recoveryCodes(of: ana) {
                let given = try await withThrowingTaskGroup(of: Bool.self) { group in
                    for _ in 0..<8 {
                        group.addTask { try await access.records.spendRecoveryCode(digest, of: ana, at: now) }
                    }
                    return try await group.reduce(0) { $0 + ($1 ? 1 : 0) }
                }
                #expect(given == 1)
            }
            #expect(try await access.breakGlass.codesLeft(of: ana) == 0)
        }
    }

    @Test func `a code that was used stays used, though the process is killed in that moment`() async throws {
        try await withCodes { access, codes in
            let (path, code) = (access.path, codes[3])
            await #expect(processExitsWith: .signal(SIGKILL)) { [path = path as String, code = code as String] in
                let access = AccessFixture(path: path)
                let request = BreakGlass.Request(
                    environment: AccessFixture.production, reason: "The provider is down.", incident: "INC-8")
                _ = try await access.breakGlass.start(
                    request, by: AccessFixture.name("ana"), code: code, from: AccessFixture.home, at: AccessFixture.now)
                kill(getpid(), SIGKILL)
            }
            await #expect(throws: AccessError.badRecoveryCode) { try await start(access.reopened, code) }
            let use = try #require(try await access.reopened.records.breakGlassUses().first)
            #expect(use.state(at: now) == .active)
        }
    }

    @Test func `new codes end the old ones, and another's code is nothing`() async throws {
        try await withCodes { access, codes in
            try await access.add("bob", [RoleGrant(.onCall)])
            await #expect(throws: AccessError.badRecoveryCode) { try await start(access, codes[0], as: "bob") }
            await #expect(throws: AccessError.badRecoveryCode) { try await start(access, codes[0], as: "nobody") }
            let subject = try await access.session(of: "ana").subject
            await #expect(throws: AccessError.proofNotFresh) {
                try await access.breakGlass.makeCodes(for: subject, at: now + .minutes(6))
            }
            _ = try await access.breakGlass.makeCodes(for: subject, at: now)
            await #expect(throws: AccessError.badRecoveryCode) { try await start(access, codes[0]) }
        }
    }

    @Test func `codes are kept as hashes alone`() async throws {
        try await withCodes { access, codes in
            let plain = codes.flatMap { [$0, $0.replacing("-", with: "")] }
            for suffix in ["", "-wal"] {
                let bytes = try Data(contentsOf: URL(filePath: access.path + suffix))
                for code in plain { #expect(bytes.firstRange(of: Data(code.utf8)) == nil) }
            }
        }
    }

    @Test func `guessing locks the account, from wherever it is guessed, and the lock ends`() async throws {
        try await withCodes { access, codes in
            for number in 0..<10 {
                await #expect(throws: AccessError.badRecoveryCode) {
                    try await start(access, "0000-0000-0000-0000", from: "198.51.100.\(number)")
                }
            }
            let end = now + .minutes(30)
            await #expect(throws: AccessError.locked("The account 'ana'", until: end)) {
                try await start(access, codes[0], from: "203.0.113.5")
            }
            _ = try await start(access, codes[0], from: "203.0.113.5", at: end)
        }
    }

    @Test func `a disabled person's codes are gone`() async throws {
        try await withCodes { access, codes in
            _ = try await access.roles.disable(ana, by: nil, at: now)
            await #expect(throws: AccessError.badRecoveryCode) { try await start(access, codes[0]) }
            #expect(try await access.records.breakGlassUses().isEmpty)
        }
    }
}
