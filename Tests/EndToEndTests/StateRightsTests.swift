import Foundation
import Subprocess
import SystemPackage
import TestSupport
import Testing

/// A state folder that the user who starts Switchyard may not use: one sentence, and nothing is changed.
@Suite(.timeLimit(.minutes(1)))
struct StateRightsTests {
    /// Runs the real binary, as root under an account without privileges.
    private func refusal(_ arguments: [String]) async throws -> (status: Int32?, error: String) {
        let command = [SwitchyardFixture.program] + arguments
        let words = geteuid() == 0 ? try #require(OrdinaryAccount.nobody).running(command) : command
        let result = try await run(
            .path(FilePath(words[0])), arguments: Arguments(Array(words.dropFirst())), input: .none,
            output: .string(limit: 65_536), error: .string(limit: 65_536))
        guard case .exited(let status) = result.terminationStatus else { return (nil, result.standardError) }
        return (status, result.standardError)
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
