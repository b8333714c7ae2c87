import API
import Domain
import Foundation
import TestSupport
import Testing

/// One deployment at a time in an environment.
@Suite(.serialized, .timeLimit(.minutes(5)))
struct LeaseTests {
    @Test func `a second deployment is refused and told who holds the environment since when`() async throws {
        try await SwitchyardFixture.use([FixtureEnvironment(policy: ["bake": "20s"])]) { switchyard in
            for version in ["1.0.0", "1.1.0"] { try await switchyard.add(ExampleRelease(version)) }
            let first = try await switchyard.client.deploy(
                .init(release: "1.0.0", requestedBy: "alice"), to: .production)
            try await switchyard.waitForBoundary("intent:bake", of: first.id)
            let second = try await switchyard.cli(["deploy", "1.1.0"])
            #expect(second.status == 5)
            let sentence = try #require(
                second.error.firstMatch(
                    of: /production is being changed by (.*) \(deployment (\d+)\) since (\d+) s/))
            #expect(sentence.output.1 == "alice")
            #expect(sentence.output.2 == "\(first.id)")
            #expect(try await switchyard.client.deployments().map(\.id) == [first.id], "nothing was written down")
            #expect(try await switchyard.servingVersions() == ["1.0.0"])
        }
    }

    @Test func `of many deployments asked for at once exactly one is opened`() async throws {
        // Whichever is opened goes on longer than the others ask.
        try await SwitchyardFixture.use([FixtureEnvironment(policy: ["bake": "10m"])]) { switchyard in
            let versions = (1...4).map { "1.\($0).0" }
            for version in versions { try await switchyard.add(ExampleRelease(version)) }
            let client = try switchyard.client
            let opened = await withTaskGroup(of: Result<DeploymentSummary, any Error>.self) { group in
                for version in versions {
                    group.addTask {
                        do {
                            return .success(
                                try await client.deploy(.init(release: version, requestedBy: "test"), to: .production))
                        } catch {
                            return .failure(error)
                        }
                    }
                }
                return await group.reduce(into: []) { $0.append($1) }
            }
            #expect(opened.count { (try? $0.get()) != nil } == 1, "\(opened)")
            let refusals = opened.compactMap { result in
                guard case .failure(let error) = result else { return nil as (any Error)? }
                return error
            }
            #expect(refusals.allSatisfy { ($0 as? Problem)?.code == "lease_held" }, "\(refusals)")
            #expect(refusals.count == versions.count - 1)
            #expect(try await client.deployments().count == 1, "nothing was written down of the others")
        }
    }

    @Test func `the lease of a control plane that died does not block`() async throws {
        try await SwitchyardFixture.use { switchyard in
            for version in ["1.0.0", "1.1.0"] { try await switchyard.add(ExampleRelease(version)) }
            // The deployment has ended, its lease was never given back.
            try switchyard.arm("completed:commit")
            let first = try await switchyard.client.deploy(.init(release: "1.0.0"), to: .production)
            try await switchyard.waitForControlPlaneToEnd()
            try await switchyard.start()
            let ended = try await switchyard.waitForEnd(of: first.id)
            #expect(ended.deployment.outcome == .committed)
            let next = try await switchyard.deploy("1.1.0")
            #expect(next.deployment.outcome == .committed)
            #expect(try await switchyard.servingVersions() == ["1.1.0"])
        }
    }
}
