import Domain
import Foundation
import Synchronization
import TestSupport
import Testing

@testable import Deployments

/// What deployments do with the schema: rehearse before they change it, fill and contract after it.
@Suite(.timeLimit(.minutes(2)))
struct SchemaTests {
    @Test func `a migration that its rehearsal refuses is not applied, and no user saw anything`() async throws {
        try await withTemporaryFolder { folder in
            let fixture = try await DeployerFixture.onCommitted("1.0.0", in: folder)
            fixture.world.state.withLock { state in
                state.pending.expand = ["0002_lock"]
                state.rehearsal.obstacles = ["Blocks every read of loads.", "And of drivers."]
                state.calls = []
            }
            let refused = try await fixture.running { try await fixture.deployToTheEnd("1.1.0") }
            #expect(refused.outcome == .failed)
            #expect(refused.reason?.contains("Blocks every read of loads. And 1 more.") == true)
            #expect(await fixture.servingVersion() == "1.0.0")
            let state = fixture.world.state.withLock { $0 }
            #expect(!state.calls.contains("expand"))
            #expect(state.rehearsedBeside.map(\.release.version.rawValue) == ["1.0.0"])
        }
    }

    @Test func `a gap in what is known does not stop a deployment`() async throws {
        try await withTemporaryFolder { folder in
            let fixture = try await DeployerFixture.onCommitted("1.0.0", in: folder)
            fixture.world.state.withLock { state in
                state.pending.expand = ["0002_note"]
                state.rehearsal.gaps = ["Nobody has watched."]
            }
            let deployed = try await fixture.running { try await fixture.deployToTheEnd("1.1.0") }
            #expect(deployed.outcome == .committed)
        }
    }

    @Test func `without a way back nothing is admitted where the policy asks for one`() async throws {
        try await withTemporaryFolder { folder in
            let fixture = try DeployerFixture(folder: folder, allowsIrreversible: false)
            fixture.world.state.withLock { state in
                state.pending.expand = ["0002_note"]
                state.pending.irreversible = ["0002_note"]
            }
            let refused = try await fixture.running { try await fixture.deployToTheEnd("1.0.0") }
            #expect(refused.outcome == .failed)
            #expect(refused.reason?.contains("There is no way back of 0002_note") == true)
            #expect(!fixture.world.state.withLock { $0.calls.contains("backUp") })
        }
    }

    // MARK: Contracting

    @Test func `a contraction backs up, rehearses and contracts, and moves no request`() async throws {
        try await withTemporaryFolder { folder in
            let fixture = try await DeployerFixture.onCommitted("1.0.0", in: folder)
            fixture.world.state.withLock { state in
                state.pending.contract = ["0001_old"]
                state.calls = []
            }
            let contracted = try await fixture.running { try await fixture.contractToTheEnd() }
            #expect(contracted.outcome == .committed)
            #expect(contracted.kind == .contract)
            let calls = fixture.world.state.withLock { $0.calls }
            #expect(
                calls.filter { ["backUp", "rehearse", "contract", "prepare"].contains($0) } == [
                    "backUp", "rehearse", "contract",
                ])
            #expect(await fixture.servingVersion() == "1.0.0")
        }
    }

    @Test(arguments: ["obstacle", "gap"])
    func `a contraction is refused while something uses what it takes away, or may`(what: String) async throws {
        try await withTemporaryFolder { folder in
            let fixture = try await DeployerFixture.onCommitted("1.0.0", in: folder)
            fixture.world.state.withLock { state in
                state.pending.contract = ["0001_old"]
                if what == "gap" { state.rehearsal.gaps = ["The statements have been watched for 2 s."] }
                if what == "obstacle" { state.rehearsal.obstacles = ["A statement of 1.0.0 fails from then on."] }
            }
            let refused = try await fixture.running { try await fixture.contractToTheEnd() }
            #expect(refused.outcome == .failed)
            #expect(!fixture.world.state.withLock { $0.calls.contains("contract") })
            #expect(fixture.world.state.withLock { $0.pending.contract } == ["0001_old"])
        }
    }

    @Test func `nothing is contracted before it is filled, or where there is nothing`() async throws {
        try await withTemporaryFolder { folder in
            let fixture = try await DeployerFixture.onCommitted("1.0.0", in: folder)
            try await fixture.running {
                try await eventually("the recovery's end") { await fixture.deployer.isRecovered }
                await #expect(throws: DeploymentsError.nothingToContract(DeployerFixture.environmentName)) {
                    try await fixture.deployer.contract(by: "dora", planDigest: nil)
                }
                fixture.world.state.withLock { state in
                    state.pending.contract = ["0001_old"]
                    state.pending.backfill = ["0001_old"]
                }
                await #expect(throws: DeploymentsError.backfillMissing(["0001_old"], DeployerFixture.environmentName)) {
                    try await fixture.deployer.contract(by: "dora", planDigest: nil)
                }
            }
        }
    }

    @Test func `a rollback does not wait for a contraction`() async throws {
        try await withTemporaryFolder { folder in
            let fixture = try await DeployerFixture.onCommitted("1.0.0", in: folder)
            try await fixture.running {
                #expect(try await fixture.deployToTheEnd("1.1.0").outcome == .committed)
                fixture.world.state.withLock { $0.pending.contract = ["0001_old"] }
                fixture.world.hold("contract")
                let contraction = try await fixture.deployer.contract(by: "dora", planDigest: nil)
                try await eventually("the contraction") { fixture.world.isHolding }
                let rollback = try await fixture.deployer.rollBack(by: "dora", reason: "prices")
                #expect(try await fixture.end(of: rollback.id).outcome == .rolledBack)
                #expect(try await fixture.journal.deployment(contraction.id).outcome == .failed)
                #expect(await fixture.servingVersion() == "1.0.0")
            }
        }
    }

    @Test func `a release older than the one that contracted is refused, and a newer one is not`() async throws {
        try await withTemporaryFolder { folder in
            let fixture = try await DeployerFixture.onCommitted("1.0.0", in: folder)
            let (older, floor, newer) = (fixture.release("0.9.0"), fixture.release("1.1.0"), fixture.release("1.2.0"))
            fixture.world.state.withLock { $0.pending.contracted = ["0001_old": floor.manifest.version] }
            try await fixture.running {
                try await eventually("the recovery's end") { await fixture.deployer.isRecovered }
                await #expect(
                    throws: DeploymentsError.belowFloor(
                        older.reference, floor: floor.manifest.version, contracted: "0001_old")
                ) {
                    try await fixture.deployer.plan(older)
                }
                _ = try await fixture.deployer.plan(floor)
                _ = try await fixture.deployer.plan(newer)
            }
        }
    }

    // MARK: Filling

    @Test func `a backfill runs by itself after the commit, and the journal says so`() async throws {
        try await withTemporaryFolder { folder in
            let fixture = try DeployerFixture(folder: folder)
            fixture.world.state.withLock { $0.pending.backfill = ["0001_names"] }
            try await fixture.running {
                let deployment = try await fixture.deployToTheEnd("1.0.0")
                try await eventually("the backfill") { fixture.world.state.withLock { $0.pending.backfill.isEmpty } }
                try await eventually("its note") {
                    await fixture.journal.entries(of: deployment.id).contains {
                        $0.record == .note("backfilled 0001_names")
                    }
                }
                try await eventually("its end") { fixture.deployer.backfill == nil }
            }
        }
    }

    @Test func `a backfill gives way to a deployment and goes on after it`() async throws {
        try await withTemporaryFolder { folder in
            let fixture = try DeployerFixture(folder: folder)
            fixture.world.state.withLock { $0.pending.backfill = ["0001_names"] }
            fixture.world.hold("backfill")
            try await fixture.running {
                #expect(try await fixture.deployToTheEnd("1.0.0").outcome == .committed)
                try await eventually("the backfill") { fixture.world.isHolding }
                #expect(fixture.deployer.backfill?.sentence == "half of it is filled")
                #expect(try await fixture.deployToTheEnd("1.1.0").outcome == .committed)
                try await eventually("the backfill's end") {
                    fixture.world.state.withLock { $0.pending.backfill.isEmpty }
                }
            }
        }
    }

    @Test func `a backfill that cannot go on is told of, and tried again after the next deployment`() async throws {
        try await withTemporaryFolder { folder in
            let fixture = try DeployerFixture(folder: folder)
            fixture.world.state.withLock { $0.pending.backfill = ["0001_names"] }
            fixture.world.fail("backfill", times: 1)
            try await fixture.running {
                #expect(try await fixture.deployToTheEnd("1.0.0").outcome == .committed)
                try await eventually("the trouble") { fixture.deployer.backfill?.isTrouble == true }
                #expect(fixture.deployer.backfill?.sentence == "backfill is broken")
                #expect(try await fixture.deployToTheEnd("1.1.0").outcome == .committed)
                try await eventually("the backfill's end") {
                    fixture.world.state.withLock { $0.pending.backfill.isEmpty }
                }
            }
        }
    }
}

/// Counts that are seen one after the other; the last one stays.
private final class Looks: Sendable {
    private let left: Mutex<[AnswerCounts]>

    init(_ counts: [AnswerCounts]) { left = Mutex(counts) }

    func next() -> AnswerCounts? {
        left.withLock { $0.count > 1 ? $0.removeFirst() : $0.first }
    }
}

@Suite struct ErrorBudgetTests {
    @Test(arguments: [
        (AnswerCounts(requests: 100, errors: 0), nil as String?), (AnswerCounts(requests: 100, errors: 5), nil),
        (AnswerCounts(requests: 100, errors: 6), "the application answered 6 of 100 requests with 5xx"),
        (AnswerCounts(requests: 19, errors: 19), nil),
    ])
    func `more than a twentieth of errors is trouble, where there are requests enough to tell`(
        second: AnswerCounts, trouble: String?
    ) async throws {
        let looks = Looks([AnswerCounts(), second])
        let budget = ErrorBudget(interval: .zero, answers: { looks.next() }, healthFault: { nil })
        #expect(await budget.trouble() == nil)
        #expect(await budget.trouble() == trouble)
    }

    @Test func `counts that begin anew are no trouble, and a bad health endpoint is`() async throws {
        let looks = Looks([AnswerCounts(requests: 500, errors: 400), AnswerCounts(requests: 30, errors: 30)])
        let budget = ErrorBudget(interval: .zero, answers: { looks.next() }, healthFault: { nil })
        #expect(await budget.trouble() == nil)
        #expect(await budget.trouble() == nil)
        let ill = ErrorBudget(interval: .zero, answers: { nil }, healthFault: { "health (/health) answered 503" })
        #expect(await ill.trouble() == "health (/health) answered 503")
    }
}
