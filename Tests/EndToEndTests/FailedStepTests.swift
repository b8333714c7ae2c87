import API
import Domain
import Foundation
import Glibc
import TestSupport
import Testing

/// A step that fails while users may be on the new release, and the control plane or everything ended right after the
/// journal says so: the next start brings the users back.
@Suite(.serialized, .timeLimit(.minutes(5)))
struct FailedStepTests {
    /// A step that is made to fail, with what makes it fail.
    private enum Failure: String, CaseIterable {
        /// The old singleton takes its time to end, and the new release's process does not.
        case switchTraffic
        /// A user still uploads to the old release, and the new one's process ends.
        case drain
        /// The new release's process ends.
        case bake
        /// HAProxy hangs while the users are brought back.
        case switchBack
    }

    @Test(arguments: [Interruption.kill, .powerLoss])
    func `a deployment cut off where a step failed after the switch is taken back`(
        by interruption: Interruption
    ) async throws {
        try await SwitchyardFixture.use([FixtureEnvironment(policy: ["drain": "60s", "stop": "10s"])]) { switchyard in
            let slowToEnd = ["EXAMPLE_END_SECONDS": "3"]
            try await switchyard.add(ExampleRelease("1.0.0", environment: slowToEnd, hasBackgroundProcesses: true))
            try await switchyard.add(ExampleRelease("2.0.0", hasBackgroundProcesses: true))
            #expect(try await switchyard.deploy("1.0.0").deployment.outcome == .committed)
            try await switchyard.restart(changing: "bake: 200ms", to: "bake: 10m")
            for failure in Failure.allCases {
                let boundary = "failed:\(failure.rawValue)"
                let report = try await switchyard.interrupted(by: interruption, at: boundary) { client in
                    try await cause(failure, in: switchyard, through: client)
                }
                try await switchyard.expect(
                    report, ended: .rolledBack, serving: "1.0.0", interruptedAt: boundary)
                #expect(report.journal.contains { $0.boundary == boundary })
            }
        }
    }

    /// Deploys 2.0.0 and makes the step fail; returns when the control plane has ended.
    private func cause(
        _ failure: Failure, in switchyard: SwitchyardFixture, through client: SwitchyardClient
    ) async throws {
        switch failure {
        case .switchTraffic:
            try await deployAndKill(at: "intent:switchTraffic", in: switchyard)
        case .drain:
            _ = try? await switchyard.upload("half of it is sent", to: "/uploads/held") {
                try await deployAndKill(at: "intent:drain", in: switchyard)
            }
        case .bake:
            try await deployAndKill(at: "intent:bake", in: switchyard)
        case .switchBack:
            let baking = try await client.deploy(DeployRequest(release: "2.0.0", requestedBy: "test"), to: .production)
            try await switchyard.waitForBoundary("intent:bake", of: baking.id)
            let proxy = try #require(switchyard.servicePid("haproxy"))
            Glibc.kill(-proxy, SIGSTOP)
            defer { Glibc.kill(-proxy, SIGCONT) }
            _ = try await client.rollBack(RollBackRequest(reason: "to test it", requestedBy: "test"), in: .production)
            try await switchyard.waitForControlPlaneToEnd()
        }
    }

    /// Deploys 2.0.0, and kills its web process when the journal has a boundary; returns when the control plane has ended.
    private func deployAndKill(at boundary: String, in switchyard: SwitchyardFixture) async throws {
        let request = DeployRequest(release: "2.0.0", requestedBy: "test")
        let deployment = try await switchyard.client.deploy(request, to: .production)
        try await switchyard.waitForBoundary(boundary, of: deployment.id)
        let candidate = try await switchyard.report().slots.first { $0.slot.role == .candidate }
        Glibc.kill(try Int32(#require(candidate?.processes.first { $0.name == "web.1" }?.pid)), SIGKILL)
        try await switchyard.waitForControlPlaneToEnd()
    }
}
