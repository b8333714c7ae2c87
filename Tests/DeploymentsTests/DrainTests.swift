import Domain
import Synchronization
import TestSupport
import Testing

@testable import Deployments

/// What a deployment waits for on the slot that it leaves, and what it only tells of.
@Suite(.timeLimit(.minutes(1))) struct DrainTests {
    @Test(arguments: [
        (InFlight(), "no request is left on s1"),
        (InFlight(longLived: 1), "no request is left on s1, 1 long-lived connection until it is retired"),
        (InFlight(longLived: 3), "no request is left on s1, 3 long-lived connections until it is retired"),
        (InFlight(requests: 1), "1 request is left on s1 after 1 s"),
        (
            InFlight(requests: 2, longLived: 1),
            "2 requests are left on s1 after 1 s, 1 long-lived connection until it is retired"
        ),
    ])
    func `a drain waits for requests only and says what is left`(open: InFlight, sentence: String) async throws {
        try await withTemporaryFolder { folder in
            let fixture = try DeployerFixture(folder: folder)
            try await fixture.running {
                #expect(try await fixture.deployToTheEnd("1").outcome == .committed)
                fixture.world.state.withLock { ($0.inFlight, $0.calls) = (open, []) }
                let deployment = try await fixture.deployToTheEnd("2")
                #expect(deployment.outcome == .committed)
                #expect(await fixture.report(of: .drain, in: deployment)?.sentence == sentence)
                let questions = fixture.world.state.withLock { $0.calls.count { $0 == "inFlight" } }
                #expect((questions == 1) == (open.requests == 0))
            }
        }
    }

    @Test func `what lasts is closed before its slot is stopped`() async throws {
        try await withTemporaryFolder { folder in
            let fixture = try DeployerFixture(folder: folder)
            try await fixture.running {
                #expect(try await fixture.deployToTheEnd("1").outcome == .committed)
                #expect(try await fixture.deployToTheEnd("2").outcome == .committed)
                fixture.world.state.withLock { ($0.inFlight, $0.calls) = (InFlight(longLived: 2), []) }
                let id = try await fixture.deployer.rollBack(by: "dora", reason: "errors").id
                #expect(try await fixture.end(of: id).outcome == .rolledBack)
                let calls = fixture.world.state.withLock { $0.calls }.filter {
                    ["inFlight", "closeLongConnections", "clear"].contains($0)
                }
                #expect(calls == ["inFlight", "closeLongConnections", "clear"])
            }
        }
    }

}
