import Domain
import Foundation
import TestSupport
import Testing

@testable import Deployments

/// Changes of the maintenance page, and what is written down of them.
@Suite(.timeLimit(.minutes(1))) struct MaintenanceTests {
    @Test func `a change is written down with who and when, and folded into the records`() async throws {
        try await withTemporaryFolder { folder in
            let fixture = try DeployerFixture(folder: folder)
            try await fixture.deployer.setMaintenance(true, by: "dora")
            try await fixture.deployer.setMaintenance(false, by: "emil")
            await fixture.journal.fold()
            #expect(await fixture.journal.spool.content.isEmpty)
            let changes = await fixture.journal.maintenance(of: DeployerFixture.environmentName, last: 9)
            #expect(changes.map(\.kind) == [.off, .on])
            #expect(changes.map(\.requestedBy) == ["emil", "dora"])
            #expect(changes.allSatisfy { $0.outcome == .done && $0.endedAt != nil })
            #expect(await fixture.journal.maintenance(of: EnvironmentName(unchecked: "dev"), last: 9).isEmpty)
        }
    }

    @Test func `the page is shown and taken away while the records cannot be used`() async throws {
        try await withTemporaryFolder { folder in
            let fixture = try DeployerFixture(folder: folder)
            fixture.records.refuseWrites(after: 0)
            fixture.records.refuseReads(true)
            try await fixture.deployer.setMaintenance(true, by: "dora")
            #expect(await fixture.deployer.table.maintenance)
            try await fixture.deployer.setMaintenance(false, by: "dora")
            await fixture.journal.fold()
            let spooled = await fixture.journal.maintenance(of: nil, last: 9)
            #expect(spooled.map(\.outcome) == [.done, .done])
            fixture.records.refuseWrites(after: .max)
            fixture.records.refuseReads(false)
            await fixture.journal.fold()
            #expect(await fixture.journal.spool.content.isEmpty)
            #expect(await fixture.journal.maintenance(of: nil, last: 9) == spooled)
        }
    }

    @Test func `a change that the proxy refuses is told and written down as failed`() async throws {
        try await withTemporaryFolder { folder in
            let fixture = try DeployerFixture(folder: folder)
            fixture.world.fail("route")
            await #expect(throws: TestWorld.Broken.self) { try await fixture.deployer.setMaintenance(true, by: "dora") }
            let change = try #require(await fixture.journal.maintenance(of: nil, last: 9).first)
            #expect(change.outcome == .failed)
            #expect(change.reason == "route is broken")
            // Otherwise it would come about with the next flip.
            #expect(await !fixture.deployer.table.maintenance)
        }
    }

    @Test(arguments: [false, true])
    func `a change that was interrupted is concluded from the slot table`(isDone: Bool) async throws {
        try await withTemporaryFolder { folder in
            let first = try DeployerFixture(folder: folder)
            if isDone { try await first.deployer.change { $0.setMaintenance(true) } }
            let intent = MaintenanceChange(
                id: UUID(), environment: DeployerFixture.environmentName, isOn: true, requestedBy: "dora",
                createdAt: Date())
            await first.journal.recordWithoutWaiting(intent)
            // An intent that was folded already is found in the records.
            await first.journal.fold()
            let second = try DeployerFixture(folder: folder)
            await second.deployer.recover()
            let change = try #require(await second.journal.maintenance(of: nil, last: 9).first)
            #expect(change.id == intent.id)
            #expect(change.outcome == (isDone ? .done : .failed))
            #expect(change.reason?.contains("the control plane ended meanwhile") == true)
        }
    }
}
