import Glibc
import Migrations
import Subprocess
import SystemPackage

/// A framework's migrator in a session of its own, without input; what it prints goes to standard error.
struct MigratorProcess: Sendable {
    let command: [String]
    let timeLimit: Duration

    /// As it is shown.
    var name: String { command.joined(separator: " ") }

    /// Runs it to its end in the current folder; throws `CaptureError` unless it ends well and in time.
    ///
    /// Whatever it left in the background ends with it, also when the task is cancelled.
    func run(with variables: [String: String?]) async throws {
        let status = try await withThrowingTaskGroup(of: TerminationStatus?.self) { group in
            group.addTask { try await start(with: variables) }
            group.addTask {
                try await Task.sleep(for: timeLimit)
                return nil
            }
            defer { group.cancelAll() }
            return try await group.next() ?? nil
        }
        switch status {
        case nil: throw CaptureError.tookTooLong(command: name, limit: timeLimit)
        case .exited(0): return
        case .exited(let code): throw CaptureError.commandFailed(command: name, ending: "ended with \(code)")
        case .signaled(let signal):
            throw CaptureError.commandFailed(command: name, ending: "was ended by signal \(signal)")
        }
    }

    private func start(with variables: [String: String?]) async throws -> TerminationStatus {
        var options = PlatformOptions()
        // A ^C reaches this process only, which then ends all of the migrator's.
        options.createSession = true
        options.teardownSequence = [
            .gracefulShutDown(toProcessGroup: true, allowedDurationToNextStep: Self.grace)
        ]
        let changes = variables.map { (Environment.Key(stringLiteral: $0.key), $0.value) }
        do {
            return try await Subprocess.run(
                program, arguments: Arguments(Array(command.dropFirst())),
                environment: .inherit.updating(Dictionary(uniqueKeysWithValues: changes)), platformOptions: options,
                input: .none, output: .fileDescriptor(.standardError, closeAfterSpawningProcess: false),
                error: .fileDescriptor(.standardError, closeAfterSpawningProcess: false)
            ) { execution in
                let group = execution.processIdentifier.value
                // Its number is nobody else's before it is waited for.
                while !hasEnded(group) { try await Task.sleep(for: Self.pause) }
                kill(-group, SIGKILL)
            }.terminationStatus
        } catch let error as SubprocessError {
            try Task.checkCancellation()
            throw CaptureError.commandNotStarted(command: name, reason: "\(error)")
        }
    }

    /// Looks without taking its end away from who waits for it.
    private func hasEnded(_ pid: pid_t) -> Bool {
        var information = siginfo_t()
        let answer = waitid(P_PID, id_t(pid), &information, WEXITED | WNOHANG | WNOWAIT)
        return answer != 0 || information.si_signo != 0
    }

    /// A program with a slash is a path; one without is found on the PATH.
    private var program: Executable {
        command[0].contains("/") ? .path(FilePath(command[0])) : .name(command[0])
    }

    private static let grace: Duration = .seconds(5)
    private static let pause: Duration = .milliseconds(50)
}
