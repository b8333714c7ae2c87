import API
import Domain
import Foundation
import Glibc
import TestSupport
import Testing

/// A state folder on a small file system of its own, filled to the last byte: forward is closed, back stays open.
@Suite(.serialized, .timeLimit(.minutes(5)), .enabled(if: getuid() == 0, "only root mounts file systems"))
struct FullDiskTests {
    @Test func `on a full disk the old release serves on, and rollback works, also after a kill`() async throws {
        try await SmallDisk.use { switchyard, disk in
            for version in ["1.0.0", "1.1.0", "1.2.0"] {
                try await switchyard.add(ExampleRelease(version))
                if version != "1.2.0" { try await switchyard.deploy(version) }
            }
            let source = "\(switchyard.folder)/releases/2.0.0"
            try ExampleRelease("2.0.0").write(to: source)
            try disk.fill()

            let archive = try await switchyard.cli(["release", "create", source])
            #expect(archive.status == 1)
            #expect(archive.error.contains("No space left on device. Free some space"), "\(archive.error)")
            #expect(archive.error.split(separator: "\n").count == 1, "one sentence: \(archive.error)")
            let refused = try await switchyard.cli(["deploy", "1.2.0"])
            #expect(refused.status == 1 && refused.output.isEmpty, "\(refused.output)")
            // By the record, which has to be written before, or by the state database.
            #expect(refused.error.lowercased().contains("free some space"), "\(refused.error)")
            #expect(refused.error.split(separator: "\n").count == 1, "one sentence: \(refused.error)")
            #expect(try await switchyard.client.deployments().count == 2, "nothing was opened")
            #expect(try await switchyard.servingVersions() == ["1.1.0"])

            switchyard.kill(SIGKILL)
            try await switchyard.waitForControlPlaneToEnd()
            #expect(try await switchyard.servingVersions() == ["1.1.0"])
            try await switchyard.start()
            let back = try await switchyard.cli(["rollback"])
            #expect(back.status == 0, "\(back.output) \(back.error)")
            #expect(try await switchyard.servingVersions() == ["1.0.0"])

            disk.free()
            try await eventually(within: .seconds(60), "the rollback in the records") {
                let newest = try await switchyard.newestDeployment()
                return newest?.kind == .rollback && newest?.outcome == .rolledBack && isFolded(in: switchyard)
            }
            #expect(try await switchyard.deploy("1.2.0").deployment.outcome == .committed)
            #expect(try await switchyard.servingVersions() == ["1.2.0"])
        }
    }

    @Test func `a disk that fills while the journal is written turns the deployment back`() async throws {
        try await SmallDisk.use { switchyard, disk in
            for version in ["1.0.0", "1.1.0"] { try await switchyard.add(ExampleRelease(version)) }
            try await switchyard.deploy("1.0.0")
            let deployment = try await switchyard.client.deploy(.init(release: "1.1.0"), to: .production)
            try await switchyard.waitForBoundary("intent:bake", of: deployment.id)
            try disk.fill()
            let report = try await switchyard.waitForEnd(of: deployment.id)
            #expect(report.deployment.outcome == .rolledBack)
            let reason = try #require(report.deployment.reason)
            #expect(reason.hasPrefix(journalSentence(in: switchyard)), "\(reason)")
            #expect(try await switchyard.servingVersions() == ["1.0.0"])
            disk.free()
            try await eventually(within: .seconds(60), "the spool in the records") { isFolded(in: switchyard) }
            let folded = try await switchyard.client.deployment(deployment.id)
            #expect(folded.deployment.outcome == report.deployment.outcome)
        }
    }

    @Test func `an upgrade that a full disk refuses leaves the state to the older version`() async throws {
        try await withTemporaryFolder { folder in
            let state = "\(folder)/state"
            let disk = try SmallDisk(at: state, mebibytes: 1)
            let older = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
                .appending(path: "ControlPlaneTests/Formats/1").path
            let names = try FileManager.default.contentsOfDirectory(atPath: older)
            for name in names {
                try FileManager.default.copyItem(atPath: "\(older)/\(name)", toPath: "\(state)/\(name)")
                try #require(chown("\(state)/\(name)", getuid(), getgid()) == 0)
            }
            try disk.fill()
            let refused = try await refusal(of: state, in: folder)
            #expect(refused.contains("No space left on device. Free some space"), "\(refused)")
            #expect(!FileManager.default.fileExists(atPath: "\(state)/format.json"))
            for name in ["spool.json", "switchyard.sqlite"] {
                #expect(FileManager.default.contentsEqual(atPath: "\(state)/\(name)", andPath: "\(older)/\(name)"))
            }
        }
    }

    @Test func `a first start that a full disk refuses leaves nothing behind`() async throws {
        try await withTemporaryFolder { folder in
            let disk = try SmallDisk(at: "\(folder)/disk", mebibytes: 1)
            try disk.fill()
            let refused = try await refusal(of: "\(folder)/disk/state", in: folder)
            #expect(refused.contains("No space left on device. Free some space"), "\(refused)")
            #expect(!FileManager.default.fileExists(atPath: "\(folder)/disk/state"))
        }
    }

    /// What `serve` says that ends at once.
    private func refusal(of state: String, in folder: String) async throws -> String {
        let file = "\(folder)/switchyard.yaml"
        try "application: example\nenvironments: {production: {database: none}}\n"
            .write(toFile: file, atomically: false, encoding: .utf8)
        let command = [SwitchyardFixture.program, "serve", "--config", file, "--state", state]
        return try await output(of: "sh", ["-c", "exec \"$@\" 2>&1", "sh"] + command)
    }

    /// What is said where a line of the journal finds no room.
    private func journalSentence(in switchyard: SwitchyardFixture) -> String {
        "The disk of the state database \(switchyard.state)/switchyard.sqlite is full: free some space and try again."
    }

    private func isFolded(in switchyard: SwitchyardFixture) -> Bool {
        let spool = try? String(contentsOfFile: "\(switchyard.state)/spool.json", encoding: .utf8)
        return spool?.contains("\"deployments\":[]") == true && spool?.contains("\"entries\":[]") == true
    }
}
