import API
import Domain
import Foundation
import Glibc
import Ports
import TestSupport
import Testing

/// The record of who did what, kept by a real control plane and checked without one.
@Suite(.serialized, .timeLimit(.minutes(5))) struct AuditTests {
    @Test func `what is done is announced, concluded, and verifies without a control plane`() async throws {
        try await SwitchyardFixture.use([FixtureEnvironment(policy: ["bake": "100ms"])]) { switchyard in
            for version in ["1.0.0", "1.1.0"] {
                try await switchyard.add(ExampleRelease(version))
                try await switchyard.deploy(version)
            }
            #expect(try await switchyard.cli(["rollback", "--reason", "errors"]).status == 0)
            #expect(try await switchyard.cli(["maintenance", "on"]).status == 0)
            #expect(try await switchyard.cli(["deploy", "9.9.9"]).status == 9)
            try await eventually("the end of the rollback") {
                try await entries(of: switchyard, ["action": "deployment.end"]).count == 3
            }
            let all = try await entries(of: switchyard)
            let intents = all.filter { $0.phase == "intent" }
            let results = all.filter { $0.phase == "result" }
            #expect(Set(intents.map(\.number)) == Set(results.compactMap(\.intent)), "each intent has its result")
            #expect(
                Dictionary(grouping: intents, by: \.action).mapValues(\.count) == [
                    "release.add": 2, "deployment.open": 3, "deployment.roll_back": 1, "maintenance.set": 1,
                ])
            let refused = try #require(results.first { $0.outcome == "refused" })
            #expect(refused.action == "deployment.open" && refused.target == "9.9.9")
            let back = try #require(all.first { $0.action == "deployment.roll_back" && $0.phase == "intent" })
            #expect(back.reason == "errors" && back.environment == "production" && back.address == "127.0.0.1")
            #expect(all.contains { $0.action == "audit.read" }, "that it was read is recorded too")
            let shown = try await switchyard.cli(["audit", "show", "\(back.number)"])
            #expect(shown.status == 0 && shown.output.contains("deployment.roll_back"), "\(shown)")
            try await expectVerified(switchyard)
        }
    }

    @Test func `an act that a kill cuts short is said to be interrupted`() async throws {
        try await SwitchyardFixture.use([FixtureEnvironment(policy: ["bake": "100ms"])]) { switchyard in
            try switchyard.arm("intent:maintenance_on")
            _ = try await switchyard.cli(["maintenance", "on"])
            try await switchyard.waitForControlPlaneToEnd()
            try await switchyard.start()
            let cut = try await entries(of: switchyard, ["outcome": "interrupted"])
            #expect(cut.map(\.action) == ["maintenance.set"], "\(cut)")
            try await expectVerified(switchyard)
        }
    }

    @Test(.enabled(if: getuid() == 0, "only root mounts file systems"))
    func `without a record nothing is done but going back, which is recorded late`() async throws {
        try await SmallDisk.use { switchyard, disk in
            for version in ["1.0.0", "1.1.0"] {
                try await switchyard.add(ExampleRelease(version))
                try await switchyard.deploy(version)
            }
            let before = try await entries(of: switchyard).count
            // An act that is cut short, and a start on a full disk, which cannot say so.
            try switchyard.arm("intent:maintenance_off")
            _ = try await switchyard.cli(["maintenance", "off"])
            try await switchyard.waitForControlPlaneToEnd()
            try disk.fill()
            try await switchyard.start()
            let status = try await switchyard.cli(["status"])
            #expect(
                status.status == 1 && status.output.contains("audit: Nothing can be done but going back"), "\(status)")
            let refused = try await switchyard.cli(["deploy", "1.0.0"])
            #expect(refused.status == 1 && refused.error.lowercased().contains("free some space"), "\(refused)")
            #expect(try await switchyard.cli(["rollback"]).status == 0)
            #expect(try await switchyard.servingVersions() == ["1.0.0"])
            disk.free()
            #expect(try await switchyard.cli(["maintenance", "off"]).status == 0)
            try await eventually(within: .seconds(30), "the late entries") {
                try await entries(of: switchyard, ["action": "deployment.roll_back"]).contains {
                    $0.flags.contains("late") && $0.phase == "intent"
                }
            }
            #expect(try await entries(of: switchyard).count > before)
            #expect(try await entries(of: switchyard, ["outcome": "interrupted"]).count == 1)
            try await expectVerified(switchyard)
        }
    }

    @Test func `a witness cosigns a record that goes on, and none that was put back`() async throws {
        try await SwitchyardFixture.use([FixtureEnvironment(policy: ["bake": "100ms"])]) { switchyard in
            let port = try FreePort.find(count: 1)[0]
            let log = "\(switchyard.state)/audit/log"
            let witness = try switchyard.background([
                "witness", "\(switchyard.folder)/witness", "--log", "\(log)/log.vkey", "--listen", "127.0.0.1:\(port)",
            ])
            defer { witness.end() }
            let keyFile = "\(switchyard.folder)/witness.vkey"
            try await eventually(within: .seconds(30), "the witness' key") {
                guard
                    let key = witness.output.split(separator: "\n").first(where: { $0.hasPrefix("switchyard-witness+") }
                    )
                else { return false }
                try key.write(toFile: keyFile, atomically: true, encoding: .utf8)
                return true
            }
            func cosign() async throws -> CommandResult {
                try await switchyard.cli(["audit", "cosign", "http://127.0.0.1:\(port)", "--key", keyFile])
            }
            try await switchyard.add(ExampleRelease("1.0.0"))
            try await eventually(within: .seconds(30), "a first cosignature") { try await cosign().status == 0 }
            let older = "\(switchyard.folder)/older"
            try FileManager.default.copyItem(atPath: log, toPath: older)
            try await switchyard.deploy("1.0.0")
            _ = try await switchyard.cli(["audit", "export", "\(switchyard.folder)/export"])
            let again = try await cosign()
            #expect(again.status == 0 && again.output.contains("has cosigned"), "\(again)")
            let verified = try await switchyard.cli([
                "audit", "verify", "\(switchyard.folder)/export", "--checkpoint", "\(switchyard.state)/audit/cosigned",
            ])
            #expect(verified.status == 0, "\(verified)")

            let away = try await switchyard.cli(["audit", "cosign", "http://127.0.0.1:1", "--key", keyFile])
            #expect(away.status == 6, "\(away)")

            switchyard.kill(SIGTERM)
            try await switchyard.waitForControlPlaneToEnd()
            try FileManager.default.removeItem(atPath: log)
            try FileManager.default.moveItem(atPath: older, toPath: log)
            let refused = try await cosign()
            #expect(refused.status == 1 && refused.error.contains("an older record was put in its place"), "\(refused)")
        }
    }

    private func entries(of switchyard: SwitchyardFixture, _ selection: [String: String] = [:]) async throws
        -> [AuditEntryReport]
    {
        try await switchyard.client.auditEntries(selection, last: 1_000)
    }

    /// Exports the record, verifies it, and sees that one altered byte of an entry is found.
    private func expectVerified(_ switchyard: SwitchyardFixture) async throws {
        let copy = "\(switchyard.folder)/record"
        let exported = try await switchyard.cli(["audit", "export", copy])
        #expect(exported.status == 0, "\(exported)")
        let verified = try await switchyard.cli(["audit", "verify", copy])
        #expect(verified.status == 0 && verified.output.contains("All of it holds"), "\(verified)")
        let checkpoint = "\(switchyard.folder)/checkpoint"
        try FileManager.default.copyItem(atPath: "\(copy)/checkpoint", toPath: checkpoint)
        let later = "\(switchyard.folder)/later"
        _ = try await switchyard.cli(["audit", "list"])
        #expect(try await switchyard.cli(["audit", "export", later]).status == 0)
        #expect(try await switchyard.cli(["audit", "verify", later, "--checkpoint", checkpoint]).status == 0)
        let kept = try String(contentsOfFile: "\(later)/checkpoint", encoding: .utf8)
        try kept.write(toFile: checkpoint, atomically: true, encoding: .utf8)
        let older = try await switchyard.cli(["audit", "verify", copy, "--checkpoint", checkpoint])
        #expect(older.status == 1, "an older state is no newest one: \(older)")

        let bundle = try #require(
            FileManager.default.enumerator(atPath: "\(copy)/tile/entries")?.compactMap { $0 as? String }
                .first { !$0.hasSuffix(".p") })
        let path = "\(copy)/tile/entries/\(bundle)"
        var bytes = try Data(contentsOf: URL(filePath: path))
        bytes[bytes.count / 2] ^= 1
        try bytes.write(to: URL(filePath: path))
        let altered = try await switchyard.cli(["audit", "verify", copy, "--json"])
        #expect(altered.status == 1 && altered.output.contains("\"findingCount\""), "\(altered)")
    }
}
