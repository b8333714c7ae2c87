import Access
import Domain
import Foundation
import Testing

/// Break-glass: alone, for an hour at most, seen by all, and judged by somebody else afterwards.
@Suite(.timeLimit(.minutes(1)))
struct BreakGlassTests {
    private let now = AccessFixture.now
    private let production = AccessFixture.production

    private func request(
        _ environment: AccessedEnvironment = AccessFixture.production, reason: String = "Checkout answers 500.",
        incident: String = "INC-7", minutes: Int = 60
    ) -> BreakGlass.Request {
        BreakGlass.Request(
            environment: environment, reason: reason, incident: incident, duration: TimeInterval(60 * minutes))
    }

    /// Ana is on call; manager and keeper could approve; olaf audits.
    private func withTeam(_ body: (AccessFixture, Subject) async throws -> Void) async throws {
        try await AccessFixture.with { access in
            try await access.add("ana", [RoleGrant(.onCall)])
            try await access.add("manager", [RoleGrant(.releaseManager)])
            try await access.add("keeper", [RoleGrant(.dba)])
            try await access.add("olaf", [RoleGrant(.auditor)])
            try await body(access, access.session(of: "ana").subject)
        }
    }

    @Test func `somebody on call opens it, everybody who could have approved is to be told, and it ends by itself`()
        async throws
    {
        try await withTeam { access, ana in
            let use = try await access.breakGlass.start(request(minutes: 30), by: ana, at: now)
            #expect(use.told.map(\.rawValue) == ["keeper", "manager"])
            #expect(use.expiresAt == now + .minutes(30))
            let pass = try await access.breakGlass.pass(of: ana, in: production, at: now)
            #expect(pass == BreakGlassPass(use: use.id, environment: production.name, expiresAt: use.expiresAt))
            var subject = ana
            subject.breakGlass = pass
            let policy = Policy(admins: 2)
            #expect(policy.decide(subject, .deploy, in: production, at: now) == .allowedUnderBreakGlass(use: use.id))
            #expect(!policy.decide(ana, .deploy, in: production, at: now).isAllowed)
            #expect(use.state(at: now + .minutes(30)) == .awaitingReview)
            #expect(try await access.breakGlass.pass(of: ana, in: production, at: now + .minutes(30)) == nil)
            #expect(use.state(at: now + .minutes(30) + .hours(24)) == .overdue)
        }
    }

    @Test func `whoever approves may use it too when on call, and is not among those to be told`() async throws {
        try await withTeam { access, _ in
            try await access.add("both", [RoleGrant(.onCall), RoleGrant(.releaseManager)])
            let both = try await access.session(of: "both").subject
            let use = try await access.breakGlass.start(request(), by: both, at: now)
            #expect(use.told.map(\.rawValue) == ["keeper", "manager"])
        }
    }

    static let refusals: [(what: String, request: BreakGlass.Request, error: AccessError)] = {
        func request(
            _ environment: AccessedEnvironment = AccessFixture.production, _ reason: String = "Checkout answers 500.",
            _ incident: String = "INC-7", seconds: Double = 3_600
        ) -> BreakGlass.Request {
            BreakGlass.Request(environment: environment, reason: reason, incident: incident, duration: seconds)
        }
        return [
            ("an hour and a second", request(seconds: 3_601), .breakGlassDuration),
            ("no time", request(seconds: 0), .breakGlassDuration),
            ("endless", request(seconds: .infinity), .breakGlassDuration),
            ("no number", request(seconds: .nan), .breakGlassDuration),
            ("no reason", request(AccessFixture.production, "  "), .wordsMissing("reason")),
            ("a poor reason", request(AccessFixture.production, "urgent"), .reasonTooShort(10)),
            ("no incident", request(AccessFixture.production, "Checkout is down.", ""), .wordsMissing("incident")),
            ("not protected", request(AccessFixture.dev), .breakGlassUnprotected(AccessFixture.dev.name)),
        ]
    }()

    @Test(arguments: refusals)
    func `what lacks a reason, an incident or an end is refused`(
        refusal: (what: String, request: BreakGlass.Request, error: AccessError)
    ) async throws {
        try await withTeam { access, ana in
            await #expect(throws: refusal.error) {
                try await access.breakGlass.start(refusal.request, by: ana, at: now)
            }
            let uses = try await access.records.breakGlassUses()
            #expect(uses.isEmpty)
        }
    }

    @Test func `nobody else opens it, and nobody without fresh proof of identity`() async throws {
        try await withTeam { access, ana in
            for name in ["manager", "keeper", "olaf", "first"] {
                let subject = try await access.session(of: name).subject
                await #expect(throws: AccessError.notOnCall(AccessFixture.name(name), production.name)) {
                    try await access.breakGlass.start(request(), by: subject, at: now)
                }
            }
            let elsewhere = [RoleGrant(.onCall, in: .only([AccessFixture.dev.name]))]
            try await access.add("elsewhere", elsewhere)
            let other = try await access.session(of: "elsewhere").subject
            await #expect(throws: AccessError.notOnCall(AccessFixture.name("elsewhere"), production.name)) {
                try await access.breakGlass.start(request(), by: other, at: now)
            }
            await #expect(throws: AccessError.proofNotFresh) {
                try await access.breakGlass.start(request(), by: ana, at: now + .seconds(301))
            }
            let bearer = Subject(try await access.account("ana"), credential: .token(TokenID(random: .system)))
            for subject in [bearer, .machine] {
                await #expect(throws: AccessError.proofNotFresh) {
                    try await access.breakGlass.start(request(), by: subject, at: now)
                }
            }
        }
    }

    @Test func `it is ended by its starter or by whoever could approve, once`() async throws {
        try await withTeam { access, ana in
            let use = try await access.breakGlass.start(request(), by: ana, at: now)
            await #expect(throws: AccessError.breakGlassOpenAlready(production.name)) {
                try await access.breakGlass.start(request(), by: ana, at: now)
            }
            await #expect(throws: AccessError.notToEnd(AccessFixture.name("olaf"))) {
                try await access.breakGlass.end(use.id, by: AccessFixture.name("olaf"), at: now)
            }
            let ended = try await access.breakGlass.end(use.id, by: AccessFixture.name("keeper"), at: now + .minutes(5))
            #expect(ended.endedBy?.rawValue == "keeper" && ended.state(at: now + .minutes(5)) == .awaitingReview)
            #expect(try await access.breakGlass.pass(of: ana, in: production, at: now + .minutes(5)) == nil)
            await #expect(throws: AccessError.breakGlassOver(use.id)) {
                try await access.breakGlass.end(use.id, by: AccessFixture.name("ana"), at: now + .minutes(6))
            }
        }
    }

    @Test func `it is reviewed after its end, once, by somebody who had no part in it`() async throws {
        try await withTeam { access, ana in
            let use = try await access.breakGlass.start(request(), by: ana, at: now)
            _ = try await access.breakGlass.note(participant: AccessFixture.name("keeper"), of: use.id, at: now)
            func review(by name: String, at time: Date) async throws -> BreakGlass {
                try await access.breakGlass.review(
                    use.id, by: AccessFixture.name(name), isJustified: true, note: "Right.", at: time)
            }
            await #expect(throws: AccessError.breakGlassActive(use.id)) { try await review(by: "olaf", at: now) }
            let later = now + .minutes(61)
            for name in ["ana", "keeper"] {
                await #expect(throws: AccessError.reviewByParticipant(AccessFixture.name(name))) {
                    try await review(by: name, at: later)
                }
            }
            #expect(try await review(by: "olaf", at: later).state(at: later) == .reviewed)
            await #expect(throws: AccessError.reviewedAlready(use.id)) { try await review(by: "manager", at: later) }
        }
    }

    @Test func `a use without a review closes break-glass for everybody after a day, also after a restart`()
        async throws
    {
        try await withTeam { access, ana in
            try await access.add("bob", [RoleGrant(.onCall)])
            let use = try await access.breakGlass.start(request(minutes: 10), by: ana, at: now)
            func start(at time: Date) async throws -> BreakGlass {
                let access = access.reopened
                let bob = try await access.session(of: "bob", at: time).subject
                return try await access.breakGlass.start(request(), by: bob, at: time)
            }
            let inTime = try await start(at: now + .hours(24))
            let late = now + .minutes(10) + .hours(24)
            await #expect(throws: AccessError.reviewOverdue(use.id)) { try await start(at: late) }
            _ = try await access.breakGlass.review(
                use.id, by: AccessFixture.name("olaf"), isJustified: false, note: "A rollback was enough.", at: late)
            _ = try await access.breakGlass.end(inTime.id, by: AccessFixture.name("bob"), at: late)
            _ = try await start(at: late)
        }
    }
}
