import Foundation
import Subprocess
import SystemPackage

/// Runs git, each time in a folder and for a limited time.
struct GitProgram: Sendable {
    /// What a command said, and whether it succeeded.
    struct Answer: Sendable {
        let succeeded: Bool
        let output: String
        let message: String
    }

    /// What git hands to the hooks that it runs; left in place, it would make us look at another repository.
    static let localVariables: Set = [
        "GIT_ALTERNATE_OBJECT_DIRECTORIES", "GIT_COMMON_DIR", "GIT_DIR", "GIT_INDEX_FILE", "GIT_NAMESPACE",
        "GIT_OBJECT_DIRECTORY", "GIT_PREFIX", "GIT_QUARANTINE_PATH", "GIT_SHALLOW_FILE", "GIT_WORK_TREE",
    ]

    private let environment: Environment
    private let mask: SecretMask

    init(variables: [String: String], mask: SecretMask) {
        var values = variables.filter { !Self.localVariables.contains($0.key) }
        values["GIT_TERMINAL_PROMPT"] = "0"
        values["LC_ALL"] = "C.UTF-8"
        environment = .custom(
            Dictionary(uniqueKeysWithValues: values.map { (Environment.Key(stringLiteral: $0.key), $0.value) }))
        self.mask = mask
    }

    /// Its output without the last line break; throws `gitFailed` with what git said when it does not succeed.
    @discardableResult
    func run(_ arguments: [String], in folder: String, to task: String, limit: Duration) async throws -> String {
        let answer = try await ask(arguments, in: folder, to: task, limit: limit)
        guard answer.succeeded else { throw BuildError.gitFailed(task: task, message: answer.message) }
        return answer.output
    }

    func ask(
        _ arguments: [String], in folder: String, to task: String, limit: Duration = Limits.gitQuestion
    ) async throws -> Answer {
        try await withThrowingTaskGroup(of: Answer.self) { group in
            group.addTask { try await answer(arguments, in: folder) }
            group.addTask {
                try await Task.sleep(for: limit)
                throw BuildError.gitTookTooLong(task: task, limit: limit)
            }
            defer { group.cancelAll() }
            guard let first = try await group.next() else { throw CancellationError() }
            return first
        }
    }

    private func answer(_ arguments: [String], in folder: String) async throws -> Answer {
        var options = PlatformOptions()
        options.createSession = true
        options.teardownSequence = [.gracefulShutDown(toProcessGroup: true, allowedDurationToNextStep: .seconds(1))]
        do {
            let result = try await Subprocess.run(
                .name("git"),
                arguments: Arguments(
                    ["-c", "core.hooksPath=/dev/null", "-c", "advice.detachedHead=false"] + arguments),
                environment: environment, workingDirectory: FilePath(folder), platformOptions: options,
                output: .string(limit: Limits.gitOutputBytes), error: .string(limit: Limits.gitOutputBytes))
            return Answer(
                succeeded: result.terminationStatus.isSuccess,
                output: result.standardOutput.trimmingCharacters(in: .newlines),
                message: mask.masking(Self.lastWords(result.standardError)))
        } catch let error as SubprocessError where error.code == .executableNotFound {
            throw BuildError.gitMissing
        }
    }

    /// The end of what git complained about, on one line.
    private static func lastWords(_ text: String) -> String {
        let lines = text.split(whereSeparator: \.isNewline).suffix(5)
        return lines.isEmpty ? "it did not say why." : lines.joined(separator: " ")
    }
}
