import Access
import Domain
import Foundation
import Testing

/// Roles: proposed by one admin, confirmed by another, and never by oneself.
@Suite(.timeLimit(.minutes(1)))
struct RoleProposalTests {
    private let now = AccessFixture.now
    private let first = RoleProposal.Voice.account(AccessFixture.name("first"))
    private let second = RoleProposal.Voice.account(AccessFixture.name("second"))

    @Test func `the machine makes the very first admin, helps with the second and then has no say`() async throws {
        try await AccessFixture.with { access in
            #expect(try await access.roles.admins(at: now) == 0)
            let made = try await access.roles.makeFirstAdmin(AccessFixture.name("first"), at: now)
            #expect(made.outcome == .confirmed && made.proposedBy == .machine)
            #expect(try await access.roles.admins(at: now) == 1)
            await #expect(throws: AccessError.machineIsNoAdmin(admins: 1)) {
                try await access.roles.makeFirstAdmin(AccessFixture.name("other"), at: now)
            }
            try await access.ensureAdmins()
            let proposal = try await access.roles.propose(
                [RoleGrant(.admin)], for: AccessFixture.name("second"), because: "Two are needed.", by: first, at: now)
            await #expect(throws: AccessError.selfConfirmation(proposal.id)) {
                try await access.roles.confirm(proposal.id, by: first, at: now)
            }
            _ = try await access.roles.confirm(proposal.id, by: .machine, at: now)
            for voice in [RoleProposal.Voice.machine, .account(AccessFixture.name("nobody"))] {
                await #expect(throws: AccessError.self) {
                    try await access.roles.propose(
                        [RoleGrant(.viewer)], for: AccessFixture.name("eve"), because: "?", by: voice, at: now)
                }
            }
        }
    }

    @Test func `the machine cannot propose and confirm the second admin alone`() async throws {
        try await AccessFixture.with { access in
            _ = try await access.roles.makeFirstAdmin(AccessFixture.name("first"), at: now)
            let proposal = try await access.roles.propose(
                [RoleGrant(.admin)], for: AccessFixture.name("eve"), because: "Mine.", by: .machine, at: now)
            await #expect(throws: AccessError.selfConfirmation(proposal.id)) {
                try await access.roles.confirm(proposal.id, by: .machine, at: now)
            }
        }
    }

    @Test func `nobody confirms their own proposal, nor one about themselves`() async throws {
        try await AccessFixture.with { access in
            try await access.ensureAdmins()
            let own = try await access.roles.propose(
                [RoleGrant(.viewer)], for: AccessFixture.name("eve"), because: "New here.", by: first, at: now)
            await #expect(throws: AccessError.selfConfirmation(own.id)) {
                try await access.roles.confirm(own.id, by: first, at: now)
            }
            let aboutSecond = try await access.roles.propose(
                [RoleGrant(.admin), RoleGrant(.dba)], for: AccessFixture.name("second"), because: "A favour.",
                by: first, at: now)
            await #expect(throws: AccessError.ownRoles(aboutSecond.id)) {
                try await access.roles.confirm(aboutSecond.id, by: second, at: now)
            }
            #expect(try await access.account("second").grants == [RoleGrant(.admin)])
            #expect(try await access.records.account(AccessFixture.name("eve")) == nil)
        }
    }

    @Test func `a proposal changes nothing before it is confirmed, and counts once`() async throws {
        try await AccessFixture.with { access in
            let ana = try await access.add("ana", [RoleGrant(.developer)])
            #expect(ana.grants == [RoleGrant(.developer)])
            let more = try await access.roles.propose(
                [RoleGrant(.developer), RoleGrant(.onCall)], for: ana.name, because: "She is on the rota.", by: second,
                at: now)
            #expect(try await access.account("ana").grants == ana.grants)
            _ = try await access.roles.confirm(more.id, by: first, at: now)
            #expect(try await access.account("ana").grants == more.after)
            await #expect(throws: AccessError.proposalClosed(more.id, .confirmed)) {
                try await access.roles.confirm(more.id, by: first, at: now)
            }
        }
    }

    @Test func `a proposal that is refused, withdrawn or a week old opens nothing`() async throws {
        try await AccessFixture.with { access in
            try await access.ensureAdmins()
            func propose() async throws -> RoleProposal {
                try await access.roles.propose(
                    [RoleGrant(.viewer)], for: AccessFixture.name("eve"), because: "New here.", by: first, at: now)
            }
            let refused = try await access.roles.refuse(propose().id, by: second, at: now)
            #expect(refused.state(at: now) == .refused)
            let withdrawn = try await access.roles.refuse(propose().id, by: first, at: now)
            #expect(withdrawn.state(at: now) == .withdrawn)
            let old = try await propose()
            let later = now + .days(8)
            #expect(old.state(at: later) == .expired)
            for id in [refused.id, withdrawn.id, old.id] {
                await #expect(throws: AccessError.self) { try await access.roles.confirm(id, by: second, at: later) }
            }
            #expect(try await access.records.account(AccessFixture.name("eve")) == nil)
        }
    }

    @Test func `a proposal on roles that changed meanwhile is refused`() async throws {
        try await AccessFixture.with { access in
            let ana = try await access.add("ana", [RoleGrant(.developer)])
            let stale = try await access.roles.propose(
                [RoleGrant(.developer), RoleGrant(.dba)], for: ana.name, because: "Both.", by: first, at: now)
            let newer = try await access.roles.propose(
                [RoleGrant(.viewer)], for: ana.name, because: "She left the team.", by: first, at: now)
            _ = try await access.roles.confirm(newer.id, by: second, at: now)
            await #expect(throws: AccessError.rolesChangedMeanwhile(ana.name)) {
                try await access.roles.confirm(stale.id, by: second, at: now)
            }
        }
    }

    static let impossible: [(grants: [RoleGrant], kind: Account.Kind, error: AccessError)] = [
        ([RoleGrant(.auditor), RoleGrant(.developer)], .person, .auditorActs(AccessFixture.name("eve"), .developer)),
        (
            [RoleGrant(.auditor, in: .only([AccessFixture.dev.name])), RoleGrant(.admin)], .person,
            .auditorActs(AccessFixture.name("eve"), .admin)
        ),
        (
            [RoleGrant(.admin, in: .only([AccessFixture.dev.name]))], .person,
            .adminOfSome(AccessFixture.name("eve"))
        ),
        ([RoleGrant(.admin)], .service, .roleNeedsPerson(AccessFixture.name("eve"), .admin)),
        ([RoleGrant(.onCall)], .service, .roleNeedsPerson(AccessFixture.name("eve"), .onCall)),
        ([RoleGrant(.viewer, in: .only([]))], .person, .environmentCount(0, limit: 100)),
    ]

    @Test(arguments: impossible)
    func `roles that nobody may have together are not even proposed`(
        wish: (grants: [RoleGrant], kind: Account.Kind, error: AccessError)
    ) async throws {
        try await AccessFixture.with { access in
            try await access.ensureAdmins()
            await #expect(throws: wish.error) {
                try await access.roles.propose(
                    wish.grants, for: AccessFixture.name("eve"), kind: wish.kind, because: "All.", by: first, at: now)
            }
            #expect(try await access.records.proposals().count { $0.account.rawValue == "eve" } == 0)
        }
    }

    @Test func `the last admin stays, whether disabled or voted out`() async throws {
        try await AccessFixture.with { access in
            try await access.ensureAdmins()
            _ = try await access.roles.disable(AccessFixture.name("second"), by: AccessFixture.name("first"), at: now)
            await #expect(throws: AccessError.lastAdmin(AccessFixture.name("first"))) {
                try await access.roles.disable(AccessFixture.name("first"), by: nil, at: now)
            }
            await #expect(throws: AccessError.lastAdmin(AccessFixture.name("first"))) {
                try await access.roles.propose(
                    [RoleGrant(.viewer)], for: AccessFixture.name("first"), because: "Rest.", by: first, at: now)
            }
        }
    }

    @Test func `those who could have approved are people with the role there whose account counts`() async throws {
        try await AccessFixture.with { access in
            let production = AccessFixture.production.name
            try await access.add("manager", [RoleGrant(.releaseManager)])
            try await access.add("keeper", [RoleGrant(.dba, in: .only([production]))])
            try await access.add("elsewhere", [RoleGrant(.dba, in: .only([AccessFixture.dev.name]))])
            await #expect(throws: AccessError.roleNeedsPerson(AccessFixture.name("robot"), .releaseManager)) {
                try await access.add("robot", [RoleGrant(.releaseManager)], kind: .service)
            }
            try await access.add("gone", [RoleGrant(.releaseManager)])
            _ = try await access.roles.disable(AccessFixture.name("gone"), by: nil, at: now)
            #expect(try await access.roles.approvers(in: production, at: now).map(\.rawValue) == ["keeper", "manager"])
        }
    }

    @Test func `an account that nobody used for three months counts as disabled`() async throws {
        try await AccessFixture.with { access in
            let ana = try await access.add("ana", [RoleGrant(.developer)])
            try ana.checkAlive(at: now + .days(90))
            #expect(throws: AccessError.dormant(ana.name)) { try ana.checkAlive(at: now + .days(91)) }
            let robot = try await access.add("robot", [RoleGrant(.developer)], kind: .service)
            try robot.checkAlive(at: now + .days(91))
        }
    }
}
