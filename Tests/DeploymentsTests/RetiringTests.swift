import Domain
import Synchronization
import TestSupport
import Testing

@testable import Deployments

/// Releases that are kept no longer.
@Suite(.timeLimit(.minutes(2)))
struct RetiringTests {
    @Test func `housekeeping retires what is surplus, and nothing that is a way back`() async throws {
        try await withTemporaryFolder { folder in
            let fixture = try DeployerFixture(folder: folder, keepReleases: 1)
            try await fixture.running {
                for version in ["1", "2", "3"] {
                    #expect(try await fixture.deployToTheEnd(version).outcome == .committed)
                }
                try await eventually("release 1 retired") {
                    await fixture.deployer.table.slot(of: DeploymentID(1)) == nil
                }
                #expect(await fixture.deployer.table.waysBack.map { $0.occupant?.deployment.number } == [2])
                #expect(fixture.world.state.withLock { $0.running.count } == 2)
            }
        }
    }

    @Test func `a slot is not stopped while the proxy does not say that its users are elsewhere`() async throws {
        try await withTemporaryFolder { folder in
            let fixture = try await DeployerFixture.onCommitted("1", in: folder)
            let second = fixture.release("2").reference
            try await fixture.deployer.change {
                let slot = try $0.claim(for: second, deployment: DeploymentID(2))
                try $0.share(Split.whole, salt: "2")
                try $0.reject(slot)
            }
            let slot = try #require(await fixture.deployer.table.slot(of: DeploymentID(2)))
            fixture.world.fail("route")
            await #expect(throws: TestWorld.Broken.self) { try await fixture.deployer.retire(slot) }
            #expect(!fixture.world.state.withLock { $0.calls.contains("clear") })
            fixture.world.fail("route", times: 0)
            try await fixture.deployer.retire(slot)
            #expect(await fixture.deployer.table.slot(of: DeploymentID(2)) == nil)
        }
    }
}
