import API
import Domain
import Foundation
import TestSupport
import Testing

/// The tree as the installed units run it: `switchyard tree` in the foreground, with the units' capabilities.
@Suite(.serialized, .timeLimit(.minutes(3)))
struct InstalledTreeTests {
    /// `setpriv` with no more capabilities than the installed unit has; nothing for a user who has none anyway.
    private func limits(in folder: String) async throws -> [String] {
        guard getuid() == 0 else { return [] }
        let root = "\(folder)/root"
        try FileManager.default.createDirectory(atPath: root, withIntermediateDirectories: false)
        _ = try await output(of: "env", [SwitchyardFixture.program, "install", "--root", root])
        let unit = try String(
            contentsOfFile: "\(root)/etc/systemd/system/switchyard-tree.service", encoding: .utf8)
        let line = try #require(unit.firstMatch(of: #/CapabilityBoundingSet=(.*)/#)?.output.1)
        let names = line.lowercased().split(separator: " ").map { "+\($0.dropFirst("cap_".count))" }
        return ["setpriv", "--bounding-set=-all,\(names.joined(separator: ","))", "--inh-caps=-all"]
    }

    private func startTree(of switchyard: SwitchyardFixture) async throws -> Process {
        let tree = Process()
        tree.executableURL = URL(filePath: "/usr/bin/env")
        tree.arguments = try await limits(in: switchyard.folder) + [SwitchyardFixture.program, "tree"]
        tree.environment = ProcessInfo.processInfo.environment.merging(["SWITCHYARD_STATE": switchyard.state]) { $1 }
        tree.standardError = FileHandle.nullDevice
        try tree.run()
        return tree
    }

    @Test(.enabled(if: getuid() == 0, "only root gets a network of its own, in which ports 80 and 443 are free"))
    func `HAProxy serves on ports 80 and 443 with no more rights than the units have`() async throws {
        try await withTemporaryFolder { folder in
            let configuration = """
                application: example
                environments:
                \(FixtureEnvironment().yaml)
                traffic: {http: "127.0.0.1:80", https: "127.0.0.1:443"}
                api: {listen: "127.0.0.1:0"}

                """
            try configuration.write(toFile: "\(folder)/switchyard.yaml", atomically: false, encoding: .utf8)
            try ExampleRelease("1.0.0").write(to: "\(folder)/release")
            let script = """
                cd \(folder) && export SWITCHYARD_STATE=\(folder)/state && ip link set lo up || exit
                # Where everybody may bind such a port, the capability would prove nothing.
                echo 1024 >/proc/sys/net/ipv4/ip_unprivileged_port_start
                "$@" tree 2>tree.log &
                "$@" serve 2>serve.log &
                "$@" release create release --wait 60 && "$@" deploy 1.0.0
                for address in http://127.0.0.1:80 https://127.0.0.1:443; do
                    curl --silent --show-error --insecure --output /dev/null \\
                        --write-out "$address %{http_code} %header{x-release}\\n" $address
                done
                kill $! && "$@" down --deadline 5
                cat serve.log
                """
            let limited = try await limits(in: folder) + [SwitchyardFixture.program]
            let said = try await output(of: "unshare", ["--net", "sh", "-c", "exec 2>&1; \(script)", "sh"] + limited)
            // In the background: a task that was cancelled by its time limit must still clear away.
            await Task.detached { try? await StateProcesses.killAll(below: folder) }.value
            for address in ["http://127.0.0.1:80", "https://127.0.0.1:443"] {
                #expect(said.contains("\(address) 200 1.0.0\n"), "\(said)")
            }
        }
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
