import Domain
import Synchronization
import TestSupport
import Testing

@testable import Deployments

/// Deployments that are taken back before they are committed.
@Suite(.timeLimit(.minutes(2)))
struct RecallTests {
    @Test(arguments: [
        (Step.admit, "verify"), (.backUp, "backUp"), (.expand, "expand"), (.prepare, "prepare"),
        (.warm, "healthyServers"), (.switchTraffic, "start singleton"), (.drain, "inFlight"),
    ])
    func `a recall ends the step being done, and the old release serves`(during step: Step, call: String) async throws {
        try await withTemporaryFolder { folder in
            let fixture = try DeployerFixture(folder: folder)
            try await fixture.running {
                #expect(try await fixture.deployToTheEnd("1").outcome == .committed)
                fixture.world.state.withLock { $0.pending.expand = ["0001_vehicles"] }
                fixture.world.hold(call)
                let id = try await fixture.deploy("2")
                try await eventually("'\(call)'") { fixture.world.isHolding }
                #expect(try await fixture.deployer.rollBack(by: "dora", reason: "slow").id == id)
                let ended = try await fixture.end(of: id)
                #expect(ended.outcome == (step.isSeenByUsers ? .rolledBack : .failed))
                #expect(ended.reason == "dora: slow")
                #expect(await fixture.servingVersion() == "1")
                #expect(await fixture.deployer.table.slot(of: id) == nil)
                let boundaries = await fixture.journal.entries(of: id).map(\.record.boundary)
                #expect(boundaries.contains("rollbackRequested"))
                #expect(!boundaries.contains { $0.hasPrefix("failed:") })
                #expect(!boundaries.contains("completed:\(step.rawValue)"))
            }
        }
    }

    @Test func `a release that ends while the old one is drained is taken back at once`() async throws {
        try await withTemporaryFolder { folder in
            let fixture = try DeployerFixture(folder: folder)
            try await fixture.running {
                #expect(try await fixture.deployToTheEnd("1").outcome == .committed)
                fixture.world.hold("inFlight")
                let id = try await fixture.deploy("2")
                try await eventually("the drain") { fixture.world.isHolding }
                let slot = try #require(await fixture.deployer.table.slot(of: id)?.name)
                fixture.world.crash(slot)
                let ended = try await fixture.end(of: id)
                #expect(ended.outcome == .rolledBack)
                #expect(ended.reason?.contains("web.1 exited with status 70") == true, "\(ended)")
                #expect(await fixture.servingVersion() == "1")
                #expect(await fixture.journal.entries(of: id).map(\.record.boundary).contains("failed:drain"))
            }
        }
    }

    @Test func `a recall during the bake goes back, and asking twice changes nothing`() async throws {
        try await withTemporaryFolder { folder in
            let fixture = try await DeployerFixture.onCommitted("1", in: folder, bakeSeconds: 60)
            try await fixture.running {
                let id = try await fixture.deploy("2")
                try await eventually("the bake") { await fixture.deployer.current?.step == .bake }
                fixture.world.hold("route")
                #expect(try await fixture.deployer.rollBack(by: "dora", reason: "slow").id == id)
                try await eventually("the way back") { fixture.world.isHolding }
                #expect(try await fixture.deployer.rollBack(by: "finn", reason: "errors").id == id)
                fixture.world.letGo()
                let ended = try await fixture.end(of: id)
                #expect(ended.outcome == .rolledBack)
                #expect(ended.reason == "dora: slow")
                #expect(await fixture.journal.history(of: nil, last: 9).map(\.id.number) == [2, 1])
            }
        }
    }
}
