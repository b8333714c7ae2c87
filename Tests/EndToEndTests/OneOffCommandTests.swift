import API
import Domain
import Foundation
import Glibc
import TestSupport
import Testing

/// `switchyard run`: a command that runs once in a release, and what the history says of it.
@Suite(.serialized, .timeLimit(.minutes(5)))
struct OneOffCommandTests {
    @Test func `a command has the folder, account and variables of the release that serves`() async throws {
        try await SwitchyardFixture.use([FixtureEnvironment(settings: ["COLOUR": "light green"])]) { switchyard in
            for version in ["1.0.0", "1.1.0"] {
                try await switchyard.add(ExampleRelease(version, environment: ["SHAPE": "round"]))
                try await switchyard.deploy(version)
            }
            let seen = try await switchyard.cli(["run", "--", "env"])
            #expect(seen.status == 0, "\(seen.error)")
            let variables = Self.variables(in: seen.output)
            let serving = try await Self.webProcess(of: "1.1.0", in: switchyard)
            var expected = serving.variables
            for name in ["HOST", "PORT"] { expected[name] = nil }
            expected["PROCESS"] = "command"
            #expect(variables == expected)
            #expect(variables["COLOUR"] == "light green" && variables["SHAPE"] == "round")

            let place = try await switchyard.cli([
                "run", "--", "sh", "-c", "pwd; id -u; test -r \"$0\"", "release.yaml",
            ])
            #expect(place.status == 0, "\(place.error)")
            #expect(place.output == "\(serving.folder)\n\(serving.userID)\n")

            let earlier = try await switchyard.cli(["run", "--release", "1.0.0", "--", "printenv", "RELEASE_VERSION"])
            #expect(earlier.output == "1.0.0\n", "\(earlier.error)")
        }
    }

    @Test func `streams and exit code are the command's own, and the history says who ran what`() async throws {
        try await SwitchyardFixture.use { switchyard in
            try await switchyard.add(ExampleRelease("1.0.0"))
            try await switchyard.deploy("1.0.0")
            let result = try await switchyard.cli(["run", "--", "sh", "-c", "echo out; echo err >&2; exit 3"])
            #expect(result.status == 3)
            #expect(result.output == "out\n" && result.error == "err\n")
            #expect(try await switchyard.cli(["run", "--", "true"]).status == 0)

            let commands = try await switchyard.client.commands()
            #expect(commands.map(\.outcome) == [.done, .failed])
            let failed = try #require(commands.last)
            #expect(failed.command == "sh -c echo out; echo err >&2; exit 3")
            #expect(failed.exitCode == 3 && failed.release.version.rawValue == "1.0.0" && failed.endedAt != nil)
            #expect(!failed.requestedBy.isEmpty)
            let history = try await switchyard.cli(["history"])
            #expect(history.output.contains("run sh -c echo out; echo err >&2; exit 3"), "\(history.output)")
            #expect(history.output.contains("exited with 3"), "\(history.output)")
        }
    }

    @Test func `what cannot run is refused in a sentence, with nothing written down`() async throws {
        try await SwitchyardFixture.use { switchyard in
            try await switchyard.add(ExampleRelease("1.0.0"))
            try await switchyard.add(ExampleRelease("2.0.0"))
            try await expectRefusal(["run", "--", "true"], 9, "Nothing is deployed in production yet", by: switchyard)
            try await switchyard.deploy("1.0.0")
            let refusals: [(arguments: [String], status: Int32, sentence: String)] = [
                (["--", "no-such-program"], 127, "There is no program 'no-such-program'"),
                (["-e", "nowhere", "--", "true"], 9, "There is no environment 'nowhere'"),
                (["--release", "9.9.9", "--", "true"], 9, "9.9.9"),
                (["--release", "2.0.0", "--", "true"], 9, "2.0.0 is in no slot of production"),
                (["--time-limit", "soon", "--", "true"], 64, "'soon' is no time"),
                ([], 64, "<command>"),
            ]
            for refusal in refusals {
                try await expectRefusal(
                    ["run"] + refusal.arguments, refusal.status, refusal.sentence, by: switchyard)
            }
            #expect(try await switchyard.client.commands().isEmpty)

            let process = try await Self.webProcess(of: "1.0.0", in: switchyard)
            try "altered".write(toFile: "\(process.folder)/app.py", atomically: false, encoding: .utf8)
            try await expectRefusal(["run", "--", "true"], 1, "app.py", by: switchyard)
            #expect(try await switchyard.client.commands().isEmpty)
        }
    }

    @Test func `what cannot be started ends as in a shell: 127 without its interpreter, 126 without the right`()
        async throws
    {
        try await SwitchyardFixture.use { switchyard in
            try await switchyard.add(ExampleRelease("1.0.0"))
            try await switchyard.deploy("1.0.0")
            let programs: [(name: String, text: String, mode: Int, status: Int32)] = [
                ("without-interpreter", "#!/no/such/interpreter\n", 0o755, 127),
                // Executable for its owner only, who is not the environment's account.
                ("private", "#!/bin/sh\n", 0o700, geteuid() == 0 ? 126 : 0),
            ]
            for program in programs {
                let path = "\(switchyard.folder)/\(program.name)"
                try program.text.write(toFile: path, atomically: false, encoding: .utf8)
                try FileManager.default.setAttributes([.posixPermissions: program.mode], ofItemAtPath: path)
                let result = try await switchyard.cli(["run", "--", path])
                #expect(result.status == program.status, "\(program.name): \(result.error)")
                #expect(program.status == 0 || result.error.contains(path), "\(result.error)")
                #expect(try await switchyard.client.commands().first?.exitCode == Int(program.status))
            }
        }
    }

    @Test func `on a terminal ^C is the command's: it gets it once, and its exit code counts`() async throws {
        try await SwitchyardFixture.use { switchyard in
            try await switchyard.add(ExampleRelease("1.0.0"))
            try await switchyard.deploy("1.0.0")
            // A trap ends a shell's read or does not, depending on the shell.
            let script = "trap \"echo caught\" INT; echo ready; read -r line || read -r line; exit 7"
            let console = try TerminalSession(["run", "--", "sh", "-c", script], state: switchyard.state)
            try await eventually(within: .seconds(30), "the command") { console.text.contains("ready") }
            console.type("\u{3}")
            try await eventually(within: .seconds(30), "the signal") { console.text.contains("caught") }
            console.type("it goes on\r")
            try await eventually(within: .seconds(30), "the command's end") { !console.isRunning }
            #expect(console.status == 7, "\(console.text)")
            #expect(console.text.components(separatedBy: "caught").count == 2, "\(console.text)")

            let ended = try TerminalSession(["run", "--", "cat"], state: switchyard.state)
            try await eventually(within: .seconds(30), "the intent") {
                try await switchyard.client.commands().first.map { $0.outcome == nil } ?? false
            }
            ended.type("typed\r")
            try await eventually(within: .seconds(30), "the command") {
                ended.text.components(separatedBy: "typed").count == 3
            }
            ended.type("\u{3}")
            try await eventually(within: .seconds(30), "the command's end") { !ended.isRunning }
            #expect(ended.status == 130, "\(ended.text)")
            #expect(try await switchyard.client.commands().first?.exitCode == 130)
        }
    }

    @Test(.enabled(if: OrdinaryAccount.nobody != nil, "only root can be somebody else"))
    func `without root a command runs under the account that started Switchyard`() async throws {
        let account = try #require(OrdinaryAccount.nobody)
        try await SwitchyardFixture.use(as: account) { switchyard in
            try await switchyard.add(ExampleRelease("1.0.0"))
            try await switchyard.deploy("1.0.0")
            let result = try await switchyard.cli(["run", "--", "sh", "-c", "id -u; pwd; exit 3"])
            #expect(result.status == 3, "\(result.error)")
            let folder = try await Self.webProcess(of: "1.0.0", in: switchyard).folder
            #expect(result.output == "\(account.userID)\n\(folder)\n")
            #expect(try await switchyard.client.commands().first?.exitCode == 3)

            let path = "\(switchyard.folder)/without-interpreter"
            try "#!/no/such/interpreter\n".write(toFile: path, atomically: false, encoding: .utf8)
            try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: path)
            #expect(try await switchyard.cli(["run", "--", path]).status == 127)
        }
    }

    @Test func `a signal reaches the command, and its time ends it`() async throws {
        try await SwitchyardFixture.use { switchyard in
            try await switchyard.add(ExampleRelease("1.0.0"))
            try await switchyard.deploy("1.0.0")
            for (signal, name) in [(SIGTERM, "TERM"), (SIGINT, "INT")] {
                let marker = "\(switchyard.folder)/\(name)"
                let script =
                    "trap 'echo \(name) > \(marker).got; exit 7' \(name); : > \(marker); "
                    + "while :; do sleep 0.1; done"
                try makeWritable(switchyard.folder)
                let running = try Self.start(["run", "--", "sh", "-c", script], in: switchyard)
                try await eventually(within: .seconds(30), "the command") {
                    FileManager.default.fileExists(atPath: marker)
                }
                kill(running.processIdentifier, signal)
                try await eventually(within: .seconds(30), "its end") { !running.isRunning }
                #expect(running.terminationStatus == 7)
                #expect(FileManager.default.fileExists(atPath: "\(marker).got"))
            }
            let late = try await switchyard.cli(["run", "--time-limit", "300ms", "--", "sleep", "1000"])
            #expect(late.status == 124, "\(late.error)")
            #expect(try await switchyard.client.commands().first?.exitCode == 124)
        }
    }

    @Test func `a command line that is killed leaves no open record, also with the control plane away`() async throws {
        try await SwitchyardFixture.use { switchyard in
            try await switchyard.add(ExampleRelease("1.0.0"))
            try await switchyard.deploy("1.0.0")
            for isAway in [false, true] {
                let running = try Self.start(["run", "--", "cat"], in: switchyard)
                try await eventually(within: .seconds(30), "the intent") {
                    try await switchyard.client.commands().first.map { $0.outcome == nil } ?? false
                }
                if isAway {
                    switchyard.kill(SIGKILL)
                    try await switchyard.waitForControlPlaneToEnd()
                }
                kill(running.processIdentifier, SIGKILL)
                if isAway { try await switchyard.start() }
                try await eventually(within: .seconds(30), "the end in the history") {
                    try await switchyard.client.commands().first?.outcome == .failed
                }
                let reason = try await switchyard.client.commands().first?.reason
                #expect(reason?.contains("ended without telling") == true, "\(reason ?? "")")
            }
            #expect(try await switchyard.client.commands().count == 2)
        }
    }

    @Test func `the embedded database knows a command by a role of its own with the slots' rights`() async throws {
        try await SwitchyardFixture.use([FixtureEnvironment(database: "embedded")]) { switchyard in
            let migrations = ["20250101000000_first": "CREATE TABLE ledger (n int); INSERT INTO ledger VALUES (41);"]
            try await switchyard.add(ExampleRelease("1.0.0", migrations: migrations))
            try await switchyard.deploy("1.0.0")
            let query = "UPDATE ledger SET n = n + 1 RETURNING n, session_user"
            let result = try await switchyard.cli(
                ["run", "--", "sh", "-c", "psql -qAtX \"$DATABASE_URL\" -c '\(query)'"])
            #expect(result.status == 0, "\(result.error)")
            #expect(result.output == "42|example_production_commands\n")
        }
    }
}

extension OneOffCommandTests {
    private struct WebProcess {
        let variables: [String: String]
        let folder: String
        let userID: uid_t
    }

    /// What the system says of the web process of a release.
    private static func webProcess(of version: String, in switchyard: SwitchyardFixture) async throws -> WebProcess {
        let slot = try await switchyard.report().slots.first { $0.slot.occupant?.release.version.rawValue == version }
        let pid = try #require(slot?.processes.first { $0.name.hasPrefix("web") }?.pid)
        let environ = try Data(contentsOf: URL(filePath: "/proc/\(pid)/environ"))
        let lines = environ.split(separator: 0).map { String(decoding: $0, as: UTF8.self) }.joined(separator: "\n")
        var status = stat()
        try #require(stat("/proc/\(pid)", &status) == 0)
        return WebProcess(
            variables: variables(in: lines),
            folder: try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/\(pid)/cwd"),
            userID: status.st_uid)
    }

    private static func variables(in text: String) -> [String: String] {
        let pairs = text.split(separator: "\n").map { $0.split(separator: "=", maxSplits: 1).map(String.init) }
        return Dictionary(pairs.map { ($0[0], $0.count > 1 ? $0[1] : "") }) { $1 }
    }

    private func expectRefusal(
        _ arguments: [String], _ status: Int32, _ sentence: String, by switchyard: SwitchyardFixture
    ) async throws {
        let result = try await switchyard.cli(arguments)
        #expect(result.status == status, "\(arguments): \(result.error)")
        #expect(result.error.contains(sentence), "\(result.error)")
        #expect(result.output.isEmpty)
    }

    /// Starts the real binary without waiting for it; its input stays open.
    private static func start(_ arguments: [String], in switchyard: SwitchyardFixture) throws -> Process {
        let process = Process()
        process.executableURL = URL(filePath: SwitchyardFixture.program)
        process.arguments = arguments
        process.environment = ProcessInfo.processInfo.environment.merging(["SWITCHYARD_STATE": switchyard.state]) { $1 }
        process.standardInput = Pipe()
        try process.run()
        return process
    }

    /// The command runs under the environment's account.
    private func makeWritable(_ folder: String) throws {
        try FileManager.default.setAttributes([.posixPermissions: 0o777], ofItemAtPath: folder)
    }
}
