import Foundation
import Glibc
import Postgres
import Subprocess
import SystemPackage
import TestSupport
import Testing

/// What `init` prints is what a stranger types: each command as it stands, in their order, in one shell that waits for
/// nothing else.
@Suite(.serialized, .timeLimit(.minutes(5)))
struct PrintedCommandsTests {
    @Test(.enabled(if: getuid() == 0, "only root gets a network of its own, in which the drafted port is free"))
    func `the five commands lead from a repository to users`() async throws {
        try await withNotes { notes in
            let commands = try await notes.commands(of: "switchyard init --yes")
            #expect(commands.count == 4, "'init' was the first of five")
            let drafted = try String(contentsOfFile: "\(notes.repository)/switchyard.yaml", encoding: .utf8)
            let address = try #require(drafted.firstMatch(of: /http: "(127\.0\.0\.1:\d+)"/)?.1)
            let answer = try await notes.type(
                commands + [Self.question(to: String(address))], in: Self.networkOfItsOwn
            ).last
            #expect(answer?.contains("x-release: 1.0.0") == true, "\(answer ?? "")")
            #expect(answer?.contains("\"text\": \"first\"") == true, "\(answer ?? "")")
        }
    }

    @Test(.enabled(if: getuid() == 0, "only root gets a network of its own, in which the drafted port is free"))
    func `the first hour goes as its guide says`() async throws {
        let commands = try Runbook("first-hour", in: Runbook.guides).sections.flatMap(\.commands)
        #expect(commands.count > 10)
        try await withNotes { notes in
            try FileManager.default.removeItem(atPath: notes.repository)
            try FileManager.default.createDirectory(
                atPath: "\(notes.folder)/switchyard/Examples", withIntermediateDirectories: true)
            try ExampleApplication.all[0].write(to: "\(notes.folder)/switchyard/Examples/python")
            let outputs = try await notes.type(
                commands.map(\.text), in: Self.networkOfItsOwn, folder: notes.folder)
            for (command, output) in zip(commands, outputs) {
                #expect(
                    try command.expects(output), "first-hour.md:\(command.line): \(command.text) printed\n\(output)")
            }
        }
    }

    @Test func `a database of one's own takes no sixth command where its variable is set`() async throws {
        try await PostgresFixture.withDatabase { database in
            let parameters = database.parameters
            let url = try await PostgresFixture.shared.cluster().cluster.url(
                role: #require(parameters["user"]), password: #require(parameters["password"]),
                database: #require(parameters["dbname"]))
            try await withNotes(variables: ["DATABASE_URL": url]) { notes in
                let commands = try await notes.commands(
                    of: "switchyard init --yes --database url --listen 127.0.0.1:0")
                #expect(commands.count == 4, "'init' was the first of five")
                let site = "$(switchyard status | sed -n 's|^notes on http://||p')"
                let answer = try await notes.type(commands + [Self.question(to: site)]).last
                #expect(answer?.contains("x-release: 1.0.0") == true, "\(answer ?? "")")
            }
        }
    }

    private static let networkOfItsOwn = ["unshare", "--net", "sh", "-c", "ip link set lo up && exec \"$@\"", "sh"]

    private static func question(to address: String) -> String {
        "curl --silent --show-error --fail --include --json '{\"text\": \"first\"}' \"http://\(address)/\""
    }

    /// Lends the Python example in a git repository of its own; nothing that was started there is left afterwards.
    private func withNotes(
        variables: [String: String] = [:], _ body: (NotesRepository) async throws -> Void
    ) async throws {
        try await withTemporaryFolder { folder in
            let notes = NotesRepository(folder: folder, variables: variables)
            try ExampleApplication.all[0].write(to: notes.repository)
            let files = try FileManager.default.contentsOfDirectory(atPath: notes.repository)
            try #require(!files.contains { $0.hasSuffix(".yaml") }, "a stranger has none of Switchyard's files")
            // In the background: a task that was cancelled by its time limit must still clear away.
            func clearAway() async { await Task.detached { try? await StateProcesses.killAll(below: folder) }.value }
            do {
                try await notes.type(["git init --quiet", "git add --all", "git commit --quiet -m Notes"])
                try await body(notes)
            } catch {
                await clearAway()
                throw error
            }
            await clearAway()
        }
    }
}

/// An application in a git repository, and the shell of whoever brings it.
private struct NotesRepository {
    private static let outputBytes = 1_048_576
    /// Behind the output of each command, before its status.
    private static let mark: Character = "\u{1e}"

    let folder: String
    let variables: [String: String]

    var repository: String { "\(folder)/notes" }

    /// The commands that `init` prints, the indented lines at its end.
    func commands(of initialisation: String) async throws -> [String] {
        let output = try #require(try await type([initialisation]).first)
        let lines = output.split(separator: "\n").drop { !$0.hasPrefix("Written: ") }.dropFirst()
        return lines.map { $0.trimmingCharacters(in: .whitespaces) }
    }

    /// Types commands into one shell, expects that each succeeds, and answers what they print.
    ///
    /// What the shell started in the background ends with it, and all that this started; what it logs is left out.
    @discardableResult
    func type(
        _ commands: [String], in surroundings: [String] = [], folder: String? = nil
    ) async throws -> [String] {
        let end = "trap 'test -z \"$!\" || { kill $!; wait $!; switchyard down --deadline 5; }' EXIT"
        let script = [end] + commands.map { "\($0)\nprintf '\\n\(Self.mark)%d\\n' $?" }
        let result = try await run(
            .name("env"), arguments: Arguments(surroundings + ["bash", "-c", script.joined(separator: "\n")]),
            environment: environment, workingDirectory: FilePath(folder ?? repository),
            output: .string(limit: Self.outputBytes), error: .combinedWithOutput)
        let logged = /(?m)^\d{4}-\d\d-\d\dT\S+ \w+ switchyard:? .*\n/
        let parts = result.standardOutput.replacing(logged, with: "").split(
            separator: "\n\(Self.mark)", omittingEmptySubsequences: false)
        #expect(parts.count == commands.count + 1, "\(result.standardOutput)")
        for (command, part) in zip(commands, parts.dropFirst()) {
            #expect(part.hasPrefix("0\n"), "'\(command)' failed: \(result.standardOutput)")
        }
        return zip(commands, parts).enumerated().map { index, pair in
            let text = index == 0 ? pair.1 : pair.1.drop { $0 != "\n" }
            return text.trimmingCharacters(in: .newlines)
        }
    }

    private var environment: Subprocess.Environment {
        let programs = (SwitchyardFixture.program as NSString).deletingLastPathComponent
        let path = ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin"
        let settings = [
            "PATH": "\(programs):\(path)", "HOME": folder, "SWITCHYARD_STATE": "\(folder)/state", "LC_ALL": "C.UTF-8",
            "GIT_AUTHOR_NAME": "Me", "GIT_AUTHOR_EMAIL": "me@example.com", "GIT_COMMITTER_NAME": "Me",
            "GIT_COMMITTER_EMAIL": "me@example.com",
        ].merging(variables) { _, given in given }
        return .inherit.updating(
            Dictionary(uniqueKeysWithValues: settings.map { (.init(stringLiteral: $0.key), $0.value) }))
    }
}
