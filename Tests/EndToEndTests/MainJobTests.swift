import API
import Domain
import LoadTesting
import TestSupport
import Testing

/// The main job with the real binary, HAProxy and runit: a release goes live, and comes back.
@Suite(.serialized, .timeLimit(.minutes(5)))
struct MainJobTests {
    @Test func `a release goes live under load and comes back without a failed request`() async throws {
        try await SwitchyardFixture.use { switchyard in
            for version in ["1.0.0", "1.1.0"] { try await switchyard.add(ExampleRelease(version)) }
            let first = try await switchyard.deploy("1.0.0")
            #expect(first.deployment.outcome == .committed)
            let load = try await switchyard.underLoad { _ in
                let forward = try await switchyard.deploy("1.1.0")
                #expect(forward.deployment.outcome == .committed)
                let after = try await switchyard.servingVersions()
                #expect(after == ["1.1.0"])
                let back = try await switchyard.rollBack()
                #expect(back.deployment.outcome == .rolledBack)
                let afterwards = try await switchyard.servingVersions()
                #expect(afterwards == ["1.0.0"])
            }
            #expect(load.failed == 0, "\(load.failureSamples)")
            #expect(load.byRelease["1.0.0", default: 0] > 0 && load.byRelease["1.1.0", default: 0] > 0)
        }
    }
}
