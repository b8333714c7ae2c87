import Foundation
import Installation
import Subprocess
import SystemPackage
import TestSupport
import Testing

/// Installing into a root folder and taking it away again.
@Suite(.timeLimit(.minutes(2)))
struct InstallationTests {
    private let installation = Installation(program: "/usr/bin/true")

    /// Lends a root folder with the account files that every Debian has.
    private func withRoot(_ body: (String, Installer) async throws -> Void) async throws {
        try await withTemporaryFolder { root in
            try FileManager.default.createDirectory(atPath: "\(root)/etc", withIntermediateDirectories: false)
            try write("root:x:0:0:root:/root:/bin/sh\n", to: "\(root)/etc/passwd")
            try write("root:x:0:\n", to: "\(root)/etc/group")
            try await body(root, Installer(root: root))
        }
    }

    private func write(_ text: String, to path: String) throws { try Data(text.utf8).write(to: URL(filePath: path)) }

    private func perform(_ steps: [InstallationStep], with installer: Installer) async throws -> [InstallationOutcome] {
        var outcomes: [InstallationOutcome] = []
        for step in steps { outcomes.append(try await installer.perform(step)) }
        return outcomes
    }

    private func mode(_ path: String) throws -> Int? {
        try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
    }

    private func paths(_ root: String) throws -> Set<String> {
        Set(try FileManager.default.subpathsOfDirectory(atPath: root))
    }

    @Test func `everything is put in place with its rights, and nothing is done twice`() async throws {
        try await withRoot { root, installer in
            let foreseen = installation.steps.map(installer.foresee)
            #expect(try paths(root) == ["etc", "etc/passwd", "etc/group"], "foreseeing changes nothing")
            let first = try await perform(installation.steps, with: installer)
            #expect(first == foreseen)
            if getuid() == 0 { #expect(first.allSatisfy { $0 == .done }) }
            #expect(try mode("\(root)/etc/switchyard") == 0o750)
            #expect(try mode("\(root)/etc/switchyard/certificates") == 0o700)
            #expect(try mode("\(root)/var/lib/switchyard") == 0o711)
            #expect(try mode("\(root)/var/log/switchyard") == 0o700)
            try write("a line", to: "\(root)/var/lib/switchyard/logs/web")
            #expect(FileManager.default.fileExists(atPath: "\(root)/var/log/switchyard/web"))
            let second = try await perform(installation.steps, with: installer)
            #expect(!second.contains(.done))
        }
    }

    @Test(.enabled(if: getuid() == 0, "only root makes accounts"))
    func `accounts are made in the root folder, and the configuration belongs to their group`() async throws {
        try await withRoot { root, installer in
            _ = try await perform(installation.steps, with: installer)
            let passwd = try String(contentsOfFile: "\(root)/etc/passwd", encoding: .utf8)
            #expect(passwd.contains(#/\nhaproxy:!?x?:\d+:\d+::/nonexistent:/usr/sbin/nologin/#))
            let group = try #require(installer.accounts.groupID(of: "switchyard"))
            let owner = try FileManager.default.attributesOfItem(atPath: "\(root)/etc/switchyard")
            #expect(owner[.groupOwnerAccountID] as? Int == Int(group))
            #expect(owner[.ownerAccountID] as? Int == 0)
        }
    }

    @Test func `wrong rights are mended and an edited unit is written again`() async throws {
        try await withRoot { root, installer in
            _ = try await perform(installation.steps, with: installer)
            chmod("\(root)/etc/switchyard", 0o777)
            try write("[Unit]\n", to: "\(root)/etc/systemd/system/switchyard.service")
            let again = try await perform(installation.steps, with: installer)
            #expect(again.filter { $0 == .done }.count == 2)
            #expect(try mode("\(root)/etc/switchyard") == 0o750)
        }
    }

    @Test func `removing keeps configuration, state and logs, and purging removes them too`() async throws {
        try await withRoot { root, installer in
            let before = try paths(root)
            _ = try await perform(installation.steps, with: installer)
            try write("application: a\n", to: "\(root)/etc/switchyard/switchyard.yaml")
            _ = try await perform(installation.removal(purging: false), with: installer)
            let kept = try paths(root)
            #expect(!kept.contains { $0.hasSuffix(".service") })
            #expect(
                kept.isSuperset(of: ["etc/switchyard/switchyard.yaml", "var/lib/switchyard", "var/log/switchyard"]))
            _ = try await perform(installation.removal(purging: true), with: installer)
            let left = try paths(root).subtracting(before)
            #expect(!left.contains { $0.contains("switchyard") }, "\(left)")
            #expect(installer.accounts.groupID(of: "switchyard") == nil)
            let again = try await perform(installation.removal(purging: true), with: installer)
            #expect(!again.contains(.done))
        }
    }

    @Test func `logs that lie in the state folder already stay there`() async throws {
        try await withRoot { root, installer in
            try FileManager.default.createDirectory(
                atPath: "\(root)/var/lib/switchyard/logs", withIntermediateDirectories: true)
            let step = InstallationStep.link(path: "/var/lib/switchyard/logs", target: "../../log/switchyard")
            #expect(
                try await installer.perform(step)
                    == .skipped(reason: "it is a folder already, which stays in use"))
        }
    }

    @Test func `a file where a folder should be is refused`() async throws {
        try await withRoot { root, installer in
            try write("", to: "\(root)/etc/switchyard")
            let error = await #expect(throws: InstallationError.self) {
                try await perform(installation.steps, with: installer)
            }
            #expect(error?.description.hasPrefix("\(root)/etc/switchyard is not a folder; move it away") == true)
        }
    }

    @Test func `a root folder that is not there is refused`() {
        #expect(throws: InstallationError.rootMissing(folder: "/nonexistent/root")) {
            try Installer(root: "/nonexistent/root")
        }
    }

    @Test(.enabled(if: getuid() != 0, "root may"))
    func `without root's rights this machine is left alone`() {
        #expect(throws: InstallationError.rootNeeded) { try Installer() }
    }

    @Test(.enabled(if: access("/usr/bin/systemd-analyze", X_OK) == 0, "needs systemd-analyze"))
    func `systemd finds nothing wrong with the units`() async throws {
        try await withRoot { root, installer in
            _ = try await perform(installation.steps, with: installer)
            let folder = "\(root)/etc/systemd/system"
            let units = ["switchyard-tree.service", "switchyard.service"].map { "\(folder)/\($0)" }
            let result = try await run(
                .name("systemd-analyze"), arguments: Arguments(["verify", "--man=no"] + units),
                output: .string(limit: 1 << 16), error: .combinedWithOutput)
            #expect(result.terminationStatus.isSuccess)
            // What it says of the machine's own units is not ours.
            #expect(!result.standardOutput.contains("switchyard"), "\(result.standardOutput)")
        }
    }
}
