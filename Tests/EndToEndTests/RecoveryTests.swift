import API
import Domain
import Foundation
import Glibc
import TestSupport
import Testing

/// The watch over a release that users were brought back to.
@Suite(.serialized, .timeLimit(.minutes(5)))
struct RecoveryTests {
    @Test
    func `rollback to a release that does not answer ends with 1, and the release that was left stays a way back`()
        async throws
    {
        try await SwitchyardFixture.use([FixtureEnvironment(policy: ["recovery": "1s"])]) { switchyard in
            for version in ["1.0.0", "1.1.0"] {
                try await switchyard.add(ExampleRelease(version))
                #expect(try await switchyard.deploy(version).deployment.outcome == .committed)
            }
            let kept = try await switchyard.report().slots.first { $0.slot.role == .kept }
            let process = try pid_t(#require(kept?.processes.first?.pid))
            // It still takes connections, so the proxy finds it healthy, and answers none.
            Glibc.kill(process, SIGSTOP)
            let result = try await switchyard.cli(["rollback", "--reason", "it hurts"])
            Glibc.kill(process, SIGCONT)
            #expect(result.status == 1, "\(result.output)")
            #expect(result.error.contains("does not answer as it should"), "\(result.error)")
            #expect(try await switchyard.servingVersions() == ["1.0.0"])
            #expect(try await switchyard.report().waysBack.map(\.version.rawValue) == ["1.1.0"])
            #expect(try await switchyard.cli(["rollback"]).status == 0)
            #expect(try await switchyard.servingVersions() == ["1.1.0"])
        }
    }
}
