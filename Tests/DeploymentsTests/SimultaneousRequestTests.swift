import Domain
import TestSupport
import Testing

@testable import Deployments

/// Several people who ask at once.
@Suite(.timeLimit(.minutes(2)))
struct SimultaneousRequestTests {
    @Test func `of two deployments at once one is opened, and the other is told who holds the lease`() async throws {
        try await withTemporaryFolder { folder in
            let fixture = try DeployerFixture(folder: folder)
            try await fixture.running {
                _ = try await fixture.deployToTheEnd("1")
                fixture.world.hold("prepare")
                async let one = Result(catching: { try await fixture.deploy("2") })
                async let other = Result(catching: { try await fixture.deploy("3") })
                let results = await [one, other]
                let refusals = results.compactMap { result -> (any Error)? in
                    if case .failure(let error) = result { error } else { nil }
                }
                #expect(refusals.count == 1)
                #expect((refusals.first as? LeaseHeld)?.lease.holder == "dora")
                fixture.world.letGo()
                #expect(try await fixture.end(of: DeploymentID(2)).outcome == .committed)
            }
        }
    }

    @Test(arguments: 0..<10)
    func `a deployment and a rollback at once leave one release serving`(round: Int) async throws {
        try await withTemporaryFolder { folder in
            let fixture = try DeployerFixture(folder: folder)
            try await fixture.running {
                #expect(try await fixture.deployToTheEnd("1").outcome == .committed)
                #expect(try await fixture.deployToTheEnd("2").outcome == .committed)
                async let deployed = Result(catching: { try await fixture.deploy("3") })
                async let rolledBack = Result(catching: {
                    try await fixture.deployer.rollBack(by: "finn", reason: "errors").id
                })
                let (one, other) = await (deployed, rolledBack)
                _ = try await fixture.end(of: try other.get())
                let rollback = try other.get()
                let expected: String
                switch try? one.get() {
                case let deployment? where deployment > rollback:
                    // The rollback had ended before the deployment was opened.
                    #expect(try await fixture.end(of: deployment).outcome == .committed)
                    expected = "3"
                case .some: expected = "2"
                case nil: expected = "1"
                }
                #expect(await fixture.servingVersion() == expected, "deployed \(one), rolled back \(other)")
                #expect(await fixture.deployer.table.candidate == nil)
            }
        }
    }
}

extension Result where Failure == any Error {
    fileprivate init(catching body: () async throws -> Success) async {
        do {
            self = .success(try await body())
        } catch {
            self = .failure(error)
        }
    }
}
