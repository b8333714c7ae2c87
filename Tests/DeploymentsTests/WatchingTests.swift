import Domain
import Synchronization
import TestSupport
import Testing

@testable import Deployments

/// What the probes and the processes of a release say, and what a deployment makes of it.
@Suite(.timeLimit(.minutes(2))) struct WatchingTests {
    private static let old = SlotName(number: 1)
    private static let new = SlotName(number: 2)

    // MARK: Before users see it

    @Test(arguments: ["health", "board"])
    func `health and key features are waited for while the release warms`(probe: String) async throws {
        try await withTemporaryFolder { folder in
            let fixture = try DeployerFixture(folder: folder)
            try await fixture.running {
                #expect(try await fixture.deployToTheEnd("1").outcome == .committed)
                fixture.world.spoil(probe, in: Self.new, times: 2)
                let ended = try await fixture.deployToTheEnd("2")
                #expect(ended.outcome == .committed, "\(ended.reason ?? "")")
                #expect(await fixture.servingVersion() == "2")
            }
        }
    }

    @Test(arguments: ["health", "board"])
    func `a release that is still not well at the warming's end is seen by nobody`(probe: String) async throws {
        try await withTemporaryFolder { folder in
            let fixture = try DeployerFixture(folder: folder, warmDeadlineSeconds: 1)
            try await fixture.running {
                #expect(try await fixture.deployToTheEnd("1").outcome == .committed)
                fixture.world.spoil(probe, in: Self.new)
                let ended = try await fixture.deployToTheEnd("2")
                #expect(ended.outcome == .failed)
                #expect(ended.reason == "The release did not become healthy within 1 s: \(probe) answered 500.")
                #expect(await fixture.servingVersion() == "1")
                #expect(await fixture.deployer.table.slot(of: ended.id) == nil)
            }
        }
    }

    // MARK: While users are on it

    @Test(arguments: ["health", "board"])
    func `three bad answers in a row, and one more beside the release before, take back a release that bakes`(
        probe: String
    ) async throws {
        try await whileBaking(forSeconds: 60) { fixture, id in
            fixture.world.spoil(probe, in: Self.new, times: 4)
            try await expectTakenBack(id, because: "\(probe) answered 500", in: fixture)
            #expect(!fixture.world.isSpoilt(probe, in: Self.new), "it took all four")
        }
    }

    @Test(arguments: [2, 3])
    func `bad answers that are over when the release before is asked take nothing back`(answers: Int) async throws {
        try await whileBaking(forSeconds: 3) { fixture, id in
            fixture.world.spoil("health", in: Self.new, times: answers)
            let ended = try await fixture.end(of: id)
            #expect(ended.outcome == .committed, "\(ended.reason ?? "")")
            #expect(!fixture.world.isSpoilt("health", in: Self.new))
        }
    }

    @Test func `a web process that ends takes a release that bakes back`() async throws {
        try await whileBaking(forSeconds: 60) { fixture, id in
            fixture.world.crash(Self.new)
            try await expectTakenBack(id, because: "web.1 exited with status 70", in: fixture)
        }
    }

    @Test(arguments: ["stop singleton", "inFlight"], ["health", "board"])
    func `a release is watched from the switch on, not only from the bake on`(call: String, probe: String) async throws
    {
        try await withTemporaryFolder { folder in
            let fixture = try DeployerFixture(folder: folder)
            try await fixture.running {
                #expect(try await fixture.deployToTheEnd("1").outcome == .committed)
                fixture.world.hold(call)
                let id = try await fixture.deploy("2")
                try await eventually("'\(call)'") { fixture.world.isHolding }
                fixture.world.spoil(probe, in: Self.new)
                try await expectTakenBack(id, because: "\(probe) answered 500", in: fixture)
            }
        }
    }

    // MARK: While the release before is not well either

    @Test func `nothing is taken back while the release before fails the same probe`() async throws {
        try await whileBaking(forSeconds: 1) { fixture, id in
            fixture.world.state.withLock { $0.calls = [] }
            for slot in [Self.old, Self.new] { fixture.world.spoil("health", in: slot) }
            try await eventually("three looks at the release before") {
                fixture.world.state.withLock { $0.calls.count { $0 == "health in \(Self.old)" } } >= 3
            }
            for slot in [Self.old, Self.new] { fixture.world.heal("health", in: slot) }
            let ended = try await fixture.end(of: id)
            #expect(ended.outcome == .committed, "\(ended.reason ?? "")")
        }
    }

    @Test func `another fault of the release before keeps nobody on a bad release`() async throws {
        try await whileBaking(forSeconds: 60) { fixture, id in
            fixture.world.spoil("board", in: Self.old)
            fixture.world.spoil("health", in: Self.new)
            try await expectTakenBack(id, because: "health answered 500", in: fixture)
        }
    }

    // MARK: After it was taken back

    @Test(arguments: [true, false])
    func `a release that was left stays warm when the one before it does not recover`(recovers: Bool) async throws {
        try await withTemporaryFolder { folder in
            let fixture = try DeployerFixture(folder: folder)
            try await fixture.running {
                #expect(try await fixture.deployToTheEnd("1").outcome == .committed)
                let left = try await fixture.deployToTheEnd("2").id
                if !recovers { fixture.world.spoil("board", in: Self.old) }
                let id = try await fixture.deployer.rollBack(by: "dora", reason: "errors").id
                let ended = try await fixture.end(of: id)
                #expect(ended.outcome == .rolledBack)
                #expect(await fixture.servingVersion() == "1")
                #expect(await fixture.deployer.table.slot(of: left)?.role == (recovers ? nil : .kept))
                let boundaries = await fixture.journal.entries(of: id).map(\.record.boundary)
                #expect(boundaries.contains("failed:watchRecovery") == !recovers)
                #expect(ended.reason?.contains("board answered 500") == !recovers, "\(ended)")
                guard !recovers else { return }
                let out = try await fixture.deployer.rollBack(by: "dora", reason: "back to what worked").id
                #expect(try await fixture.end(of: out).outcome == .rolledBack)
                #expect(await fixture.servingVersion() == "2")
            }
        }
    }

    /// Lends a deployer while release 2 bakes in the second slot, with release 1 before it in the first.
    private func whileBaking(
        forSeconds bakeSeconds: Double, _ body: @Sendable (DeployerFixture, DeploymentID) async throws -> Void
    ) async throws {
        try await withTemporaryFolder { folder in
            let hasty = try DeployerFixture(folder: folder)
            let first = try await hasty.running { try await hasty.deployToTheEnd("1") }
            #expect(first.outcome == .committed)
            let fixture = try DeployerFixture(folder: folder, world: hasty.world, bakeSeconds: bakeSeconds)
            try await fixture.running {
                let id = try await fixture.deploy("2")
                try await eventually("the bake") { await fixture.deployer.current?.step == .bake }
                try await body(fixture, id)
            }
        }
    }

    private func expectTakenBack(_ id: DeploymentID, because fault: String, in fixture: DeployerFixture) async throws {
        let ended = try await fixture.end(of: id)
        #expect(ended.outcome == .rolledBack)
        #expect(ended.reason?.contains(fault) == true, "\(ended.reason ?? "no reason")")
        #expect(await fixture.servingVersion() == "1")
        #expect(await fixture.deployer.table.slot(of: id) == nil)
    }
}
