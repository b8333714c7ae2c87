import Subprocess
import SystemPackage
import TestSupport

/// How a command of the real binary ended, in a folder where nobody can be asked.
struct CommandOutcome {
    let succeeded: Bool
    let output: String
    let error: String

    static func of(
        _ arguments: [String], in folder: String, environment: [Environment.Key: String?] = [:]
    ) async throws -> CommandOutcome {
        let result = try await run(
            .path(FilePath(SwitchyardFixture.program)), arguments: Arguments(arguments),
            environment: .inherit.updating(environment), workingDirectory: FilePath(folder), input: .none,
            output: .string(limit: 1_048_576), error: .string(limit: 1_048_576))
        return CommandOutcome(
            succeeded: result.terminationStatus.isSuccess, output: result.standardOutput, error: result.standardError)
    }
}
