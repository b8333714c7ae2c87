import API
import Domain
import Foundation
import TestSupport
import Testing

/// The tree as the installed units run it: `switchyard tree` in the foreground, with the units' capabilities.
@Suite(.serialized, .timeLimit(.minutes(3)))
struct InstalledTreeTests {
    /// `setpriv` with no more capabilities than the installed unit has; nothing for a user who has none anyway.
    private func limits(of switchyard: SwitchyardFixture) async throws -> [String] {
        guard getuid() == 0 else { return [] }
        let root = "\(switchyard.folder)/root"
        try FileManager.default.createDirectory(atPath: root, withIntermediateDirectories: false)
        try #require(try await switchyard.cli(["install", "--root", root]).status == 0)
        let unit = try String(
            contentsOfFile: "\(root)/etc/systemd/system/switchyard-tree.service", encoding: .utf8)
        let line = try #require(unit.firstMatch(of: #/CapabilityBoundingSet=(.*)/#)?.output.1)
        let names = line.lowercased().split(separator: " ").map { "+\($0.dropFirst("cap_".count))" }
        return ["setpriv", "--bounding-set=-all,\(names.joined(separator: ","))", "--inh-caps=-all"]
    }

    private func startTree(of switchyard: SwitchyardFixture) async throws -> Process {
        let tree = Process()
        tree.executableURL = URL(filePath: "/usr/bin/env")
        tree.arguments = try await limits(of: switchyard) + [SwitchyardFixture.program, "tree"]
        tree.environment = ProcessInfo.processInfo.environment.merging(["SWITCHYARD_STATE": switchyard.state]) { $1 }
        tree.standardError = FileHandle.nullDevice
        try tree.run()
        return tree
    }

    @Test func `after a boot the tree alone serves users, and the control plane finds it`() async throws {
        try await SwitchyardFixture.use { switchyard in
            for version in ["1.0.0", "1.1.0"] { try await switchyard.add(ExampleRelease(version)) }
            #expect(try await switchyard.deploy("1.0.0").deployment.outcome == .committed)
            switchyard.kill(SIGKILL)
            try await switchyard.waitForControlPlaneToEnd()
            #expect(try await switchyard.cli(["down"]).status == 0)

            let tree = try await startTree(of: switchyard)
            try await eventually("the release") { (try? await switchyard.servingVersions()) == ["1.0.0"] }
            let program = try String(contentsOfFile: "/proc/\(tree.processIdentifier)/comm", encoding: .utf8)
            #expect(program == "runsvdir\n")

            try await switchyard.start()
            #expect(try await switchyard.deploy("1.1.0").deployment.outcome == .committed)
            switchyard.kill(SIGKILL)
            try await switchyard.waitForControlPlaneToEnd()
            #expect(tree.isRunning)
            #expect(try await switchyard.servingVersions() == ["1.1.0"])

            #expect(try await switchyard.cli(["down"]).status == 0)
            try await eventually("the tree's end") { !tree.isRunning }
            #expect(tree.terminationStatus == 111, "the unit does not start it again")
        }
    }
}
