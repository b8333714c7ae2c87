import Foundation
import Subprocess
import SystemPackage
import TestSupport
import Testing

/// A state folder that the user who starts Switchyard may not use: one sentence, and nothing is changed.
@Suite(.timeLimit(.minutes(1)))
struct StateRightsTests {
    /// Runs the real binary, as root under an account without privileges.
    private func refusal(_ arguments: [String]) async throws -> CommandResult {
        guard geteuid() == 0 else { return try await said(arguments, as: nil) }
        let nobody = try #require(OrdinaryAccount.nobody)
        return try await said(arguments, as: nobody)
    }

    /// Runs the real binary under an account; nil is the test's own.
    private func said(_ arguments: [String], as account: OrdinaryAccount?) async throws -> CommandResult {
        let command = [SwitchyardFixture.program] + arguments
        let words = account?.running(command) ?? command
        let result = try await run(
            .path(FilePath(words[0])), arguments: Arguments(Array(words.dropFirst())), input: .none,
            output: .string(limit: 65_536), error: .string(limit: 65_536))
        var status: Int32?
        if case .exited(let code) = result.terminationStatus { status = code }
        return CommandResult(status: status, output: result.standardOutput, error: result.standardError)
    }

    @Test(
        .enabled(if: geteuid() != 0 || OrdinaryAccount.nobody != nil, "needs an account that is not root"),
        arguments: ["serve", "tree"])
    func `a folder in which nothing may be made is told with its owner and the remedy`(command: String) async throws {
        try await withTemporaryFolder { folder in
            let file = "\(folder)/switchyard.yaml"
            try "application: a\nenvironments: {dev: {database: none}}\n"
                .write(toFile: file, atomically: false, encoding: .utf8)
            // Root's, as every machine has one.
            let state = "/var/lib/switchyard-\(UUID().uuidString.prefix(8))"
            let configuration = command == "serve" ? ["--config", file] : []
            let result = try await refusal([command] + configuration + ["--state", state])
            #expect(result.status == 1)
            #expect(
                result.error.contains("may not make anything in /var/lib, which belongs to root: say 'install -d -o"),
                "\(result.error)")
            #expect(result.error.contains("as root, or give another folder for the state with --state.\n"))
            #expect(result.error.split(separator: "\n").count == 1)
        }
    }

    @Test(.enabled(if: geteuid() == 0, "only root makes users who could be shut out"))
    func `a folder that the environments' users cannot come to is told by serve and doctor, and not made`() async throws
    {
        try await withTemporaryFolder { folder in
            let file = "\(folder)/switchyard.yaml"
            try "application: a\nenvironments: {dev: {database: none}}\n"
                .write(toFile: file, atomically: false, encoding: .utf8)
            let closed = "\(folder)/closed"
            try FileManager.default.createDirectory(
                atPath: "\(closed)/inner", withIntermediateDirectories: true, attributes: [.posixPermissions: 0o755])
            try #require(chmod(closed, 0o700) == 0)
            let state = "\(closed)/inner/below/state"
            let refused = try await said(["serve", "--config", file, "--state", state], as: nil)
            #expect(refused.status == 1)
            #expect(refused.error.contains("cannot enter \(closed), so nothing"), "\(refused.error)")
            #expect(refused.error.contains("'chmod o+x \(closed)'") && refused.error.split(separator: "\n").count == 1)
            #expect(!FileManager.default.fileExists(atPath: "\(closed)/inner/below"))
            let doctor = try await said(["doctor", "--config", file, "--state", state], as: nil)
            #expect(
                doctor.output.contains("cannot enter \(closed), so nothing of \(state) could run"), "\(doctor.output)")
        }
    }

    @Test func `rights that let others in are taken back, and a sentence says so`() async throws {
        try await SwitchyardFixture.use([FixtureEnvironment()]) { switchyard in
            switchyard.kill(SIGTERM)
            try await switchyard.waitForControlPlaneToEnd()
            let token = "\(switchyard.state)/token"
            try #require(chmod(token, 0o644) == 0 && chmod(switchyard.state, 0o777) == 0)
            try await switchyard.start()
            let log = try String(contentsOfFile: switchyard.log, encoding: .utf8).split(separator: "\n")
            for told in [
                "Others could write to \(switchyard.state) (mode 777), which is 711 now: ",
                "Others could read \(token) (mode 644), which is 600 now, ",
            ] {
                #expect(log.count { $0.contains(" warning ") && $0.contains(told) } == 1, "\(told)")
            }
        }
    }

    @Test(.enabled(if: OrdinaryAccount.nobody != nil, "only root can be somebody else"))
    func `a folder of root's is told to another user`() async throws {
        try await withTemporaryFolder { folder in
            let file = "\(folder)/switchyard.yaml"
            try "application: a\nenvironments: {dev: {database: none}}\n"
                .write(toFile: file, atomically: false, encoding: .utf8)
            let state = "\(folder)/state"
            try FileManager.default.createDirectory(atPath: state, withIntermediateDirectories: false)
            let result = try await refusal(["serve", "--config", file, "--state", state])
            #expect(result.status == 1)
            #expect(
                result.error.hasPrefix("switchyard: \(state) belongs to root, and Switchyard was started by nobody: "),
                "\(result.error)")
            #expect(try FileManager.default.contentsOfDirectory(atPath: state).isEmpty)
        }
    }
}
