import API
import Domain
import TestSupport
import Testing

/// Every process killed at once and the control plane started again, as after a power failure, while nothing is being
/// deployed.
@Suite(.serialized, .timeLimit(.minutes(5)))
struct PowerLossTests {
    @Test func `after a power loss the same release serves and the ways back stay open`() async throws {
        try await SwitchyardFixture.use { switchyard in
            for version in ["1.0.0", "2.0.0"] {
                try await switchyard.add(ExampleRelease(version))
                let report = try await switchyard.deploy(version)
                #expect(report.deployment.outcome == .committed)
            }
            let before = try await switchyard.report()
            try await switchyard.losePower()
            try await switchyard.start()
            try await switchyard.waitUntilServed(by: "2.0.0")
            let after = try await switchyard.report()
            #expect(after.split == before.split)
            #expect(after.slots.map(\.slot) == before.slots.map(\.slot))
            #expect(after.waysBack.map(\.version.rawValue) == ["1.0.0"])

            let rollback = try await switchyard.client.rollBackOnceHealthy()
            let back = try await switchyard.waitForEnd(of: rollback.id)
            #expect(back.deployment.outcome == .rolledBack, "\(back.deployment.reason ?? "")")
            let versions = try await switchyard.servingVersions()
            #expect(versions == ["1.0.0"])
        }
    }
}
