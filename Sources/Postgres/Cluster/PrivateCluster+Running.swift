import DurableFiles
import Foundation
import Glibc
import Subprocess
import SystemPackage

extension PrivateCluster {
    /// Prepares the cluster, runs its server while the body works, and ends the server whatever came of it.
    ///
    /// For a cluster that nobody else supervises. Throws the body's error, `PostgresError.cluster` when the server does
    /// not come up or ends by itself, and `CancellationError`; the server has ended in every case.
    package func whileRunning<Value: Sendable>(
        _ body: @escaping @Sendable () async throws -> Value
    ) async throws -> Value {
        try await prepare()
        return try await withThrowingTaskGroup(of: Value?.self) { group in
            group.addTask {
                try await serve()
                return nil
            }
            group.addTask {
                try await waitUntilReady(deadline: PostgresLimits.start)
                return try await body()
            }
            defer { group.cancelAll() }
            guard let value = try await group.next().flatMap({ $0 }) else { throw refusal("its server ended.") }
            return value
        }
    }

    /// Ends the server of a cluster that a process has left behind which was killed while it lent it.
    package func endLeftOver() async {
        guard isRunning(), let text = try? String(contentsOfFile: "\(dataFolder)/postmaster.pid", encoding: .utf8),
            let process = text.split(whereSeparator: \.isNewline).first.flatMap({ pid_t($0) })
        else { return }
        // Its immediate shutdown: nobody wants what is in it.
        kill(process, SIGQUIT)
        let end = ContinuousClock.now + PostgresLimits.shutdown
        while isRunning(), .now < end { try? await Task.sleep(for: .milliseconds(20)) }
        if isRunning() { kill(process, SIGKILL) }
    }

    /// Runs the server until the task is cancelled; SIGINT is its fast shutdown.
    private func serve() async throws {
        var options = PlatformOptions()
        // A ^C in the terminal reaches this process only, which then ends the server after its last statement.
        options.processGroupID = 0
        options.teardownSequence = [
            // What is thrown away needs no shutdown: SIGQUIT ends the server at once.
            .send(
                signal: durability == .disposable ? .quit : .interrupt,
                allowedDurationToNextStep: PostgresLimits.shutdown)
        ]
        let log = "\(folder)/server.log"
        let writer = try FileDescriptor.open(
            FilePath(log), .writeOnly, options: [.create, .truncate, .closeOnExec], permissions: .ownerReadWrite)
        let command = (user?.becoming ?? []) + serviceCommand
        let result = try await run(
            .path(FilePath(command[0])), arguments: Arguments(Array(command.dropFirst())), workingDirectory: "/",
            platformOptions: options, input: .none, output: .discarded,
            error: .fileDescriptor(writer, closeAfterSpawningProcess: true))
        try Task.checkCancellation()
        let lines = (try? String(contentsOfFile: log, encoding: .utf8))?.split(whereSeparator: \.isNewline) ?? []
        throw refusal("its server ended with \(result.terminationStatus): \(lines.suffix(3).joined(separator: "; "))")
    }
}
