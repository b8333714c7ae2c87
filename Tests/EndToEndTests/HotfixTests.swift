import API
import Domain
import Foundation
import Glibc
import TestSupport
import Testing

/// The ways back: how many there are, in which order, and when one is given up.
@Suite(.serialized, .timeLimit(.minutes(5)))
struct HotfixTests {
    @Test func `a hotfix leaves both ways back and all assets, and rollback said twice goes back twice`() async throws {
        try await SwitchyardFixture.use { switchyard in
            let versions = ["1.0.0", "1.1.0", "1.1.1"]
            for version in versions {
                try await switchyard.add(ExampleRelease(version, assets: ["app-\(version).js": "of \(version)"]))
                try await switchyard.deploy(version)
            }
            try await expectAssets(of: versions, servedBy: "1.1.1", in: switchyard)
            let ways = try await switchyard.report().waysBack.map(\.version.rawValue)
            #expect(ways == ["1.1.0", "1.0.0"])
            for version in ["1.1.0", "1.0.0"] {
                #expect(try await switchyard.cli(["rollback", "--reason", "it hurts"]).status == 0)
                #expect(try await switchyard.servingVersions() == [version])
                try await expectAssets(of: versions, servedBy: version, in: switchyard)
            }
            let none = try await switchyard.cli(["rollback"])
            #expect(none.status == 8)
            #expect(none.error.contains("has no earlier release to go back to"))
            #expect(try await switchyard.servingVersions() == ["1.0.0"])
        }
    }

    /// Pages that users loaded from any of the releases find their assets, whichever release answers.
    private func expectAssets(
        of versions: [String], servedBy serving: String, in switchyard: SwitchyardFixture
    ) async throws {
        for version in versions {
            let answer = try await switchyard.ask("/assets/app-\(version).js")
            #expect(answer.status == 200 && answer.release == serving && answer.body == "of \(version)", "\(answer)")
        }
    }

    @Test func `a release beyond those that are kept is stopped and its slot freed`() async throws {
        try await SwitchyardFixture.use([FixtureEnvironment(policy: ["keep_releases": "1"])]) { switchyard in
            try await switchyard.add(ExampleRelease("1.0.0"))
            try await switchyard.deploy("1.0.0")
            let pid = try #require(try await switchyard.report().slots.first?.processes.first?.pid)
            for version in ["1.1.0", "1.2.0", "1.3.0"] {
                try await switchyard.add(ExampleRelease(version))
                let report = try await switchyard.deploy(version)
                #expect(report.deployment.outcome == .committed)
            }
            try await eventually(within: .seconds(60), "the end of the oldest release") {
                let occupied = try await switchyard.report().slots.filter { $0.slot.occupant != nil }
                return Set(occupied.map(\.slot.role)) == [.stable, .kept] && occupied.count == 2
            }
            #expect(Glibc.kill(pid_t(pid), 0) != 0, "the process of the retired release has ended")
            #expect(try await switchyard.report().waysBack.map(\.version.rawValue) == ["1.2.0"])
        }
    }
}
