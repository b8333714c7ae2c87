import Domain
import TestSupport
import Testing

@testable import Deployments

/// Rollbacks from a committed release, and from one that was left over.
@Suite(.timeLimit(.minutes(2)))
struct WayBackTests {
    @Test func `a rollback goes to the release before without the records`() async throws {
        try await withTemporaryFolder { folder in
            let fixture = try DeployerFixture(folder: folder)
            try await fixture.running {
                #expect(try await fixture.deployToTheEnd("1").outcome == .committed)
                #expect(try await fixture.deployToTheEnd("2").outcome == .committed)
                fixture.records.refuseWrites(after: 0)
                fixture.records.refuseReads(true)
                let id = try await fixture.deployer.rollBack(by: "dora", reason: "errors").id
                #expect(try await fixture.end(of: id).outcome == .rolledBack)
                #expect(await fixture.servingVersion() == "1")
                #expect(await fixture.deployer.table.lastDeployment == id.number)
                await #expect(throws: SlotTableError.noWayBack(DeployerFixture.environmentName)) {
                    try await fixture.deployer.rollBack(by: "dora", reason: "errors")
                }
            }
        }
    }

    @Test func `switching back is tried until the proxy takes it`() async throws {
        try await withTemporaryFolder { folder in
            let fixture = try DeployerFixture(folder: folder)
            try await fixture.running {
                #expect(try await fixture.deployToTheEnd("1").outcome == .committed)
                #expect(try await fixture.deployToTheEnd("2").outcome == .committed)
                fixture.world.fail("route", times: 2)
                let id = try await fixture.deployer.rollBack(by: "dora", reason: "errors").id
                #expect(try await fixture.end(of: id).outcome == .rolledBack)
                #expect(await fixture.servingVersion() == "1")
            }
        }
    }

    @Test func `an abandoned candidate is what a rollback leaves`() async throws {
        try await withTemporaryFolder { folder in
            let fixture = try await DeployerFixture.onCommitted("1", in: folder)
            let abandoned = fixture.release("2").reference
            try await fixture.deployer.change { _ = try $0.claim(for: abandoned, deployment: DeploymentID(2)) }
            try await fixture.running {
                try await eventually("the recovery's end") { await fixture.deployer.isRecovered }
                let rollback = try await fixture.deployer.rollBack(by: "dora", reason: "left over")
                #expect(rollback.release == abandoned)
                #expect(rollback.previous?.version == ReleaseVersion(unchecked: "1"))
                #expect(try await fixture.end(of: rollback.id).outcome == .rolledBack)
                #expect(await fixture.servingVersion() == "1")
                #expect(await fixture.deployer.table.slot(of: DeploymentID(2)) == nil)
            }
        }
    }
}
