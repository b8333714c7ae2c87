import DurableFiles
import Subprocess
import SystemPackage

/// One run of a program of PostgreSQL, limited in time and output.
package struct PostgresProgram: Sendable {
    private let path: String
    private let user: UnixUser?

    package init(_ name: String, of installation: PostgresInstallation) {
        self.init(name, of: installation, as: nil)
    }

    init(_ name: String, of installation: PostgresInstallation, as user: UnixUser?) {
        path = installation.path(of: name)
        self.user = user
    }

    /// Runs it and returns its standard output.
    ///
    /// `environment` changes what it inherits; nil takes a variable away. Throws `PostgresError.program` with the last line it wrote to standard error, and `.timeout` at the limit; the
    /// program is ended first (SIGTERM, then SIGKILL), also when the task is cancelled.
    @discardableResult
    package func run(
        _ arguments: [String], environment: [String: String?] = [:], outputLimit: Int = 65_536, limit: Duration
    ) async throws -> String {
        try await withThrowingTaskGroup(of: String?.self) { group in
            group.addTask { try await launch(arguments, environment: environment, outputLimit: outputLimit) }
            group.addTask {
                try await Task.sleep(for: limit)
                return nil
            }
            defer { group.cancelAll() }
            guard let output = try await group.next().flatMap({ $0 }) else {
                throw PostgresError.timeout(waitedFor: path, limit: limit)
            }
            return output
        }
    }

    private func launch(
        _ arguments: [String], environment: [String: String?], outputLimit: Int
    ) async throws -> String {
        var options = PlatformOptions()
        options.teardownSequence = [.gracefulShutDown(allowedDurationToNextStep: PostgresLimits.cancellation)]
        let variables = environment.map { (Environment.Key(stringLiteral: $0.key), $0.value) }
        let words = (user?.becoming ?? []) + [path] + arguments
        let result = try await Subprocess.run(
            .path(FilePath(words[0])), arguments: Arguments(Array(words.dropFirst())),
            environment: .inherit.updating(Dictionary(uniqueKeysWithValues: variables)),
            // A folder that the unprivileged user can stand in.
            workingDirectory: "/", platformOptions: options,
            output: .string(limit: outputLimit), error: .string(limit: 65_536))
        guard result.terminationStatus == .exited(0) else {
            try Task.checkCancellation()
            let lines = result.standardError.split(whereSeparator: \.isNewline)
            throw PostgresError.program(
                name: path, outcome: "\(result.terminationStatus)", lastLines: lines.suffix(3).joined(separator: "; "))
        }
        return result.standardOutput
    }
}
