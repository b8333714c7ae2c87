import API
import Domain
import Foundation
import TestSupport
import Testing

/// The command line: help, exit codes, JSON, plans, and ^C on a terminal.
@Suite(.serialized, .timeLimit(.minutes(5)))
struct CommandLineTests {
    private static let wrongArguments = [
        ["frobnicate"], ["deploy"], ["deploy", "1.0.0", "--no-such-option"], ["release", "create"],
        ["maintenance", "perhaps"], ["demo", "--report", "/nonexistent/report.json"], ["history", "first"],
        ["history", "--last", "0"], ["down", "--deadline", "0"],
        ["install", "--purge"],
        ["release", "create", "app", "--from-git", "HEAD"], ["release", "create", "app", "--repository", "."],
    ]

    @Test func `every command has its help, and wrong arguments end with 64`() async throws {
        try await SwitchyardFixture.use { switchyard in
            let described = try await switchyard.cli(["--experimental-dump-help"])
            let commands = try DescribedCommand.tree(Data(described.output.utf8)).paths
            #expect(commands.contains(["config", "diff"]) && commands.contains(["run"]), "\(commands)")
            for command in commands {
                let help = try await switchyard.cli(command + ["--help"])
                #expect(help.status == 0)
                #expect(help.output.contains("OVERVIEW: ") && help.output.contains("USAGE: switchyard"), "\(command)")
            }
            for arguments in Self.wrongArguments {
                let result = try await switchyard.cli(arguments)
                #expect(result.status == 64, "\(arguments)")
                #expect(result.error.contains("Error: ") && result.output.isEmpty, "\(arguments)")
            }
        }
    }

    @Test func `exit codes tell what is missing, and --json is JSON`() async throws {
        try await SwitchyardFixture.use { switchyard in
            let source = "\(switchyard.folder)/releases/1.0.0"
            try ExampleRelease("1.0.0").write(to: source)
            for version in ["1.1.0", "1.2.0"] { try await switchyard.add(ExampleRelease(version)) }
            #expect(try await switchyard.cli(["rollback"]).status == 8)
            for arguments in [
                ["release", "create", source], ["release", "list"], ["release", "show", "1.0.0"],
                ["deploy", "1.0.0", "--dry-run"], ["deploy", "1.0.0"], ["deploy", "1.1.0"], ["rollback"], ["status"],
                ["history"], ["history", "1"], ["logs"], ["maintenance", "on"], ["maintenance", "off"],
                ["config", "diff"], ["config", "apply"], ["status", "production"], ["release", "remove", "1.2.0"],
            ] {
                let result = try await switchyard.cli(arguments + ["--json"])
                #expect(result.status == 0, "\(arguments): \(result.error)")
                #expect(throws: Never.self) { try JSONSerialization.jsonObject(with: Data(result.output.utf8)) }
            }
            for arguments in [
                ["deploy", "9.9.9"], ["release", "show", "9.9.9"], ["release", "remove", "1.2.0"], ["history", "99"],
                ["deploy", "1.0.0", "-e", "nowhere"], ["status", "nowhere"],
            ] {
                let result = try await switchyard.cli(arguments)
                #expect(result.status == 9, "\(arguments): \(result.error)")
                #expect(result.error.hasPrefix("switchyard: "))
                try await expectRefusal("not_found", of: arguments, with: switchyard)
            }
            switchyard.kill(SIGKILL)
            try await switchyard.waitForControlPlaneToEnd()
            for arguments in [["status"], ["deploy", "1.1.0"], ["rollback"], ["history"]] {
                let result = try await switchyard.cli(arguments)
                #expect(result.status == 6, "\(arguments)")
                #expect(result.error.contains("switchyard serve"))
                try await expectRefusal("unreachable", of: arguments, with: switchyard)
            }
            let down = try await switchyard.cli(["down", "--json"])
            #expect(down.status == 0, "\(down.error)")
            #expect(throws: Never.self) { try JSONSerialization.jsonObject(with: Data(down.output.utf8)) }
        }
    }

    /// Expects that a command refused with `--json` says so as an object of three texts, with the same exit code.
    private func expectRefusal(
        _ code: String, of arguments: [String], with switchyard: SwitchyardFixture
    ) async throws {
        let (plain, result) = (try await switchyard.cli(arguments), try await switchyard.cli(arguments + ["--json"]))
        let refusal = try JSONDecoder().decode([String: String].self, from: Data(result.error.utf8))
        #expect(refusal["code"] == code && refusal["title"]?.isEmpty == false, "\(arguments): \(refusal)")
        #expect("switchyard: \(refusal["detail"] ?? "")\n" == plain.error)
        #expect(result.status == plain.status && result.output.isEmpty)
    }

    @Test func `installing tells each step and what is next as JSON, too`() async throws {
        try await SwitchyardFixture.use { switchyard in
            let root = "\(switchyard.folder)/root"
            try FileManager.default.createDirectory(atPath: root, withIntermediateDirectories: false)
            let foreseen = try await install(["--dry-run"], below: root, with: switchyard)
            let done = try await install([], below: root, with: switchyard)
            let again = try await install([], below: root, with: switchyard)
            let removed = try await install(["--remove"], below: root, with: switchyard)
            let unit = "write /etc/systemd/system/switchyard.service"
            #expect([foreseen, done, again].map { $0.outcome(of: unit) } == ["would_be_done", "done", "unchanged"])
            #expect(removed.outcome(of: "remove /etc/systemd/system/switchyard.service") == "done")
            #expect(foreseen.dryRun && !done.dryRun)
            #expect(done.next.contains { $0.hasPrefix("Put your configuration into \(root)/etc/switchyard") })
            #expect(removed.next.first?.hasPrefix("Kept: /etc/switchyard") == true)
            // A bare folder has no account files, so who makes accounts there says why it does not.
            let skipped = done.steps.filter { $0.outcome == "skipped" }
            #expect(!skipped.isEmpty && skipped.allSatisfy { $0.reason != nil })
        }
    }

    private struct InstallationReport: Decodable {
        struct Step: Decodable {
            let action: String
            let outcome: String
            let reason: String?
        }

        let dryRun: Bool
        let steps: [Step]
        let next: [String]

        func outcome(of action: String) -> String? { steps.first { $0.action == action }?.outcome }
    }

    private func install(
        _ options: [String], below root: String, with switchyard: SwitchyardFixture
    ) async throws -> InstallationReport {
        let result = try await switchyard.cli(["install", "--root", root, "--json"] + options)
        #expect(result.status == 0, "\(result.error)")
        return try JSONDecoder().decode(InstallationReport.self, from: Data(result.output.utf8))
    }

    @Test func `a plan's digest is the deployment's, and an old plan is refused`() async throws {
        try await SwitchyardFixture.use { switchyard in
            for version in ["1.0.0", "1.1.0"] { try await switchyard.add(ExampleRelease(version)) }
            let early = try await plan("1.1.0", of: switchyard)
            #expect(try await switchyard.client.deployments().isEmpty, "a dry run changes nothing")
            let first = try await plan("1.0.0", of: switchyard)
            #expect(try await switchyard.cli(["deploy", "1.0.0", "--plan", first]).status == 0)
            #expect(try await switchyard.newestDeployment()?.planDigest == first)

            let refused = try await switchyard.cli(["deploy", "1.1.0", "--plan", early])
            #expect(refused.status == 1)
            #expect(refused.error.contains("The plan has changed since it was shown"), "\(refused.error)")
            #expect(try await switchyard.servingVersions() == ["1.0.0"])
        }
    }

    @Test func `^C during a deployment asks whether to take it back or to leave it running`() async throws {
        try await SwitchyardFixture.use([FixtureEnvironment(policy: ["bake": "10m"])]) { switchyard in
            for version in ["1.0.0", "1.1.0"] { try await switchyard.add(ExampleRelease(version)) }

            let takenBack = try await interrupt("1.0.0", in: switchyard)
            takenBack.type("r\r")
            try await expect(takenBack, endsWith: 4, saying: "1.0.0 was taken back")

            let left = try await interrupt("1.0.0", in: switchyard)
            left.type("l\r")
            try await expect(left, endsWith: 7, saying: "switchyard status")
            let running = try #require(try await switchyard.newestDeployment())
            #expect(running.outcome == nil, "it goes on without the command")
            // The watch is cut short, so that the test need not wait for its end.
            try await switchyard.restart(changing: "bake: 10m", to: "bake: 200ms")
            #expect(try await switchyard.waitForEnd(of: running.id).deployment.outcome == .committed)
            #expect(try await switchyard.servingVersions() == ["1.0.0"])
        }
    }

    @Test func `a deployment that ends while the question waits ends the command`() async throws {
        try await SwitchyardFixture.use([FixtureEnvironment(policy: ["bake": "10m"])]) { switchyard in
            for version in ["1.0.0", "1.1.0"] { try await switchyard.add(ExampleRelease(version)) }
            let taken = try await interrupt("1.0.0", in: switchyard)
            // Somebody else takes it back while the person thinks.
            try await switchyard.rollBack()
            try await expect(taken, endsWith: 4, saying: "1.0.0 was taken back")

            let committed = try await interrupt("1.0.0", in: switchyard)
            let id = try #require(try await switchyard.newestDeployment()).id
            try await switchyard.restart(changing: "bake: 10m", to: "bake: 200ms")
            #expect(try await switchyard.waitForEnd(of: id).deployment.outcome == .committed)
            try await expect(committed, endsWith: 0, saying: "1.0.0 serves production")
            #expect(try await switchyard.servingVersions() == ["1.0.0"])
        }
    }

    /// Deploys a release on a terminal, and presses ^C while it bakes; returns when the question stands there.
    private func interrupt(_ version: String, in switchyard: SwitchyardFixture) async throws -> TerminalSession {
        let terminal = try TerminalSession(["deploy", version], state: switchyard.state)
        try await eventually(within: .seconds(30), "the switch") { terminal.text.contains("all new requests") }
        terminal.type("\u{3}")
        try await eventually(within: .seconds(30), "the question") {
            terminal.text.contains("Take it back (r), leave it running (l)")
        }
        return terminal
    }

    private func expect(_ terminal: TerminalSession, endsWith status: Int32, saying text: String) async throws {
        try await eventually(within: .seconds(60), "the end of the command") { !terminal.isRunning }
        #expect(terminal.status == status, "\(terminal.text)")
        try await eventually(within: .seconds(10), "'\(text)' in \(terminal.text)") { terminal.text.contains(text) }
    }

    private func plan(_ version: String, of switchyard: SwitchyardFixture) async throws -> String {
        let result = try await switchyard.cli(["deploy", version, "--dry-run", "--json"])
        return try WireFormat.decoder.decode(PlanReport.self, from: Data(result.output.utf8)).digest
    }
}

/// A command as the program describes itself.
private struct DescribedCommand: Decodable {
    let commandName: String
    let subcommands: [DescribedCommand]?

    private struct Description: Decodable { let command: DescribedCommand }

    static func tree(_ data: Data) throws -> DescribedCommand {
        try JSONDecoder().decode(Description.self, from: data).command
    }

    /// The words of this command and of all below it, without its own name; `help` is the parser's.
    var paths: [[String]] {
        let own = (subcommands ?? []).filter { $0.commandName != "help" }
        return [[]] + own.flatMap { command in command.paths.map { [command.commandName] + $0 } }
    }
}
