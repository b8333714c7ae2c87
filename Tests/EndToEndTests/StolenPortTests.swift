import API
import Domain
import Foundation
import Glibc
import TestSupport
import Testing

/// Another program takes the port of a slot while the slot's process is down.
@Suite(.serialized, .timeLimit(.minutes(5)))
struct StolenPortTests {
    @Test func `a candidate whose port is stolen before it is started again is refused`() async throws {
        try await SwitchyardFixture.use { switchyard in
            for version in ["1.0.0", "2.0.0"] { try await switchyard.add(ExampleRelease(version)) }
            try await switchyard.deploy("1.0.0")
            let before = try ports(in: switchyard)
            try switchyard.arm("intent:warm")
            let deployment = try await switchyard.client.deploy(.init(release: "2.0.0"), to: .production)
            try await switchyard.waitForControlPlaneToEnd()
            try await switchyard.losePower()
            let port = try #require(try ports(in: switchyard).first { !before.contains($0) })
            let thief = try TakenPort(port)

            try await switchyard.start()
            let report = try await switchyard.waitForEnd(of: deployment.id)
            #expect(report.deployment.outcome == .failed)
            #expect(
                report.deployment.reason?.contains("web.1 exited with status 1") == true, "\(report.deployment)")
            let logs = try await switchyard.cli(["logs"])
            #expect(try evidence(of: report, in: switchyard).contains("Address already in use"), "\(logs.output)")
            try await switchyard.waitUntilServed(by: "1.0.0")
            #expect(try await switchyard.servingVersions() == ["1.0.0"])
            #expect(try await switchyard.cli(["status"]).status == 0, "the old release was not touched")
            withExtendedLifetime(thief) {}

            #expect(try await switchyard.deploy("2.0.0").deployment.outcome == .committed)
            #expect(try await switchyard.servingVersions() == ["2.0.0"])
        }
    }

    @Test func `a serving release whose port is stolen is reported, comes back by itself, and can be left`()
        async throws
    {
        try await SwitchyardFixture.use { switchyard in
            for version in ["1.0.0", "2.0.0"] {
                try await switchyard.add(ExampleRelease(version))
                try await switchyard.deploy(version)
            }
            var thief: TakenPort? = try await steal(from: "2.0.0", in: switchyard)
            try await eventually(within: .seconds(30), "a report on the process") {
                let status = try await switchyard.cli(["status"])
                return status.status == 1
                    && status.output.contains(
                        "web.1 of the serving release in s2 does not run; it exited with status 1")
            }
            withExtendedLifetime(thief) {}
            thief = nil
            try await eventually(within: .seconds(60), "the release on its port again") {
                try await switchyard.cli(["status"]).status == 0
            }
            try await switchyard.waitUntilServed(by: "2.0.0")

            thief = try await steal(from: "2.0.0", in: switchyard)
            let back = try await switchyard.cli(["rollback"])
            #expect(back.status == 0, "\(back.output) \(back.error)")
            #expect(try await switchyard.servingVersions() == ["1.0.0"])
            withExtendedLifetime(thief) {}
        }
    }

    /// Kills the web process of a release and takes its port before it is started again.
    private func steal(from version: String, in switchyard: SwitchyardFixture) async throws -> TakenPort {
        var thief: TakenPort?
        try await eventually(within: .seconds(30), "a stolen port") {
            let slots = try await switchyard.report().slots
            let slot = try #require(slots.first { $0.slot.occupant?.release.version.rawValue == version })
            let port = try #require(slot.slot.occupant?.ports.first)
            if let pid = slot.processes.first?.pid { Glibc.kill(pid_t(pid), SIGKILL) }
            thief = try? TakenPort(port)
            return thief != nil
        }
        return try #require(thief)
    }

    private func ports(in switchyard: SwitchyardFixture) throws -> [Int] {
        let data = try Data(contentsOf: URL(filePath: "\(switchyard.state)/slots/production.json"))
        return try JSONDecoder().decode(SlotTable.self, from: data).slots.flatMap { $0.occupant?.ports ?? [] }
    }

    private func evidence(of report: DeploymentReport, in switchyard: SwitchyardFixture) throws -> String {
        let folder = "\(switchyard.state)/evidence/production/\(report.deployment.id)"
        let names = FileManager.default.enumerator(atPath: folder)?.allObjects.compactMap { $0 as? String } ?? []
        return names.compactMap { try? String(contentsOfFile: "\(folder)/\($0)", encoding: .utf8) }.joined()
    }
}
