import Foundation
import Glibc
import TestSupport
import Testing

/// The folder of a demo: what is in it is started, so it must be nobody else's.
@Suite(.serialized, .timeLimit(.minutes(5)))
struct DemoFolderTests {
    @Test func `a folder that is waiting under the demo's process id is not taken`() async throws {
        try await withTemporaryFolder { folder in
            let output = "\(folder)/output"
            let process = Process()
            process.executableURL = URL(filePath: "/bin/sh")
            // The shell becomes the demo and keeps its process id.
            let script = "mkdir /tmp/switchyard-demo-$$ && exec \"$0\" demo --once > \"$1\" 2>&1"
            process.arguments = ["-c", script, SwitchyardFixture.program, output]
            try process.run()
            let prepared = "/tmp/switchyard-demo-\(process.processIdentifier)"
            defer { try? FileManager.default.removeItem(atPath: prepared) }
            do {
                try await eventually("the demo's first line") { demoFolder(in: output) != nil }
                process.interrupt()
                try await eventually(within: .seconds(60), "the demo's end") { !process.isRunning }
            } catch {
                try await clearAway(process, demoFolder(in: output))
                throw error
            }
            let demo = try #require(demoFolder(in: output))
            #expect(demo.hasPrefix("/tmp/switchyard-demo-") && demo != prepared)
            #expect(!FileManager.default.fileExists(atPath: demo), "it was cleared away")
            #expect(StateProcesses.pids(below: demo).isEmpty, "nothing of it runs on")
            let found = try FileManager.default.contentsOfDirectory(atPath: prepared)
            #expect(found.isEmpty)
            try await clearAway(process, demo)
        }
    }

    /// Where a demo says that it lives, as soon as it has said so.
    private func demoFolder(in output: String) -> String? {
        let text = try? String(contentsOfFile: output, encoding: .utf8)
        return text?.firstMatch(of: /The demo lives in (.+)\.\n/).map { String($0.1) }
    }

    /// Leaves nothing of a demo, however it ended; in the background, because a test that ran out of time is cancelled.
    private func clearAway(_ process: Process, _ folder: String?) async throws {
        if process.isRunning { Glibc.kill(process.processIdentifier, SIGKILL) }
        guard let folder else { return }
        try await Task.detached {
            try await StateProcesses.killAll(below: folder)
            try? FileManager.default.removeItem(atPath: folder)
        }.value
    }

    @Test func `a folder of somebody else is refused`() async throws {
        try await SwitchyardFixture.use { switchyard in
            var folder = "/"
            if geteuid() == 0 {
                folder = "\(switchyard.folder)/foreign"
                try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: false)
                #expect(chown(folder, 65_534, 65_534) == 0)
            }
            let result = try await switchyard.cli(["demo", "--once", "--state", folder])
            #expect(result.status == 1)
            #expect(result.error.contains("is no folder of yours"), "\(result.error)")
            let found = try FileManager.default.contentsOfDirectory(atPath: folder)
            #expect(geteuid() != 0 || found.isEmpty)
        }
    }
}
