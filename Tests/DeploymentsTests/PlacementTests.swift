import Domain
import Synchronization
import TestSupport
import Testing

@testable import Deployments

/// Telling the proxy where a release listens.
@Suite(.timeLimit(.minutes(1))) struct PlacementTests {
    @Test(arguments: [
        (nil, "1 web instance in s1"),
        ("haproxy.cfg was edited by hand", "1 web instance in s1; haproxy.cfg was edited by hand"),
    ])
    func `the journal has what the proxy says of a new place`(remark: String?, sentence: String) async throws {
        try await withTemporaryFolder { folder in
            let fixture = try DeployerFixture(folder: folder)
            fixture.world.state.withLock { $0.remark = remark }
            try await fixture.running {
                let deployment = try await fixture.deployToTheEnd("1")
                #expect(await fixture.report(of: .prepare, in: deployment)?.sentence == sentence)
            }
        }
    }
}
