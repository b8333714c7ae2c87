import API
import DurableFiles
import Foundation
import Glibc
import Runtimes
import Subprocess
import Synchronization
import SystemPackage
import UnixSignals

/// A prepared command as a process of this command line's own, on its terminal and pipes.
struct OneOffProcess: Sendable {
    let prepared: PreparedCommand
    let timeLimit: Duration?

    /// The exit codes beside the command's own, as timeout(1) and shells have them.
    private static let outOfTime = 124
    private static let notStarted = 126

    /// Runs it to its end; signals that this process gets, it gets.
    func run() async -> CommandEnd {
        // Before the start: none may end this process and leave the other one behind.
        let signals = await UnixSignalsSequence(trapping: .sigint, .sigterm, .sighup, .sigquit)
        let (started, starting) = AsyncStream.makeStream(of: Int32.self)
        let time = Time()
        return await withTaskGroup(of: CommandEnd?.self) { group in
            group.addTask { await execute { starting.yield($0) } }
            group.addTask {
                for await pid in started { await watch(pid, signals, time) }
                return nil
            }
            let end = await group.next()
            starting.finish()
            group.cancelAll()
            if time.isOver {
                return CommandEnd(exitCode: Self.outOfTime, reason: "it was ended when its time was over")
            }
            return (end ?? nil) ?? CommandEnd(exitCode: Self.notStarted, reason: "it was not watched to its end")
        }
    }

    /// Whether the command's time is over.
    private final class Time: Sendable {
        private let over = Mutex(false)

        var isOver: Bool { over.withLock { $0 } }

        func end() { over.withLock { $0 = true } }
    }

    private func execute(whenStarted: (Int32) -> Void) async -> CommandEnd {
        do {
            let words = try words()
            let result = try await Subprocess.run(
                .path(FilePath(words[0])), arguments: Arguments(Array(words.dropFirst())),
                environment: .custom(Self.credentials),
                workingDirectory: FilePath(prepared.folder),
                input: .currentStandardInput, output: .currentStandardOutput, error: .currentStandardError
            ) { execution in
                whenStarted(execution.processIdentifier.value)
            }
            return switch result.terminationStatus {
            case .exited(let code): CommandEnd(exitCode: Int(code))
            case .signaled(let signal):
                CommandEnd(exitCode: 128 + Int(signal), reason: "it was ended by signal \(signal)")
            }
        } catch {
            let reason = "it could not be started: \(CommandExit(error)?.sentence ?? "\(error)")"
            Terminal.complain("\(prepared.program): \(reason)")
            return CommandEnd(exitCode: Self.notStarted, reason: String(reason.prefix(500)))
        }
    }

    /// Switchyard itself, which opens the secrets, becomes the account and then the command, and keeps the pid.
    ///
    /// It ends as a shell does when it cannot: with 127 where something is missing (the interpreter of a script), else
    /// with 126. A process that was just forked off several threads must not change its account itself: glibc would wait
    /// for threads that it does not have.
    private func words() throws -> [String] {
        guard prepared.userID == Int(geteuid()) || UnixUser.isRoot else {
            throw CommandExit(.wentWrong, "it runs as the user \(prepared.userID), which only root can become")
        }
        return [try OwnProgram.path(), "deliver", "--once", prepared.start]
    }

    /// Where systemd has put the keys, if it has; everything else is in the file.
    private static var credentials: [Environment.Key: String] {
        let folder = ProcessInfo.processInfo.environment["CREDENTIALS_DIRECTORY"]
        return folder.map { ["CREDENTIALS_DIRECTORY": $0] } ?? [:]
    }
}

// MARK: - Signals and time

extension OneOffProcess {
    /// Passes signals on and ends it when its time is over, until this task is cancelled.
    private func watch(_ pid: Int32, _ signals: UnixSignalsSequence, _ time: Time) async {
        await withTaskGroup(of: Void.self) { group in
            group.addTask {
                for await signal in signals where !Self.comesFromTerminal(signal) { kill(pid, signal.rawValue) }
            }
            if let timeLimit {
                group.addTask {
                    guard (try? await Task.sleep(for: timeLimit)) != nil else { return }
                    time.end()
                    await end(pid)
                }
            }
        }
    }

    /// SIGTERM, and SIGKILL for it and everything that it started when it does not obey.
    private func end(_ pid: Int32) async {
        kill(pid, SIGTERM)
        guard (try? await Task.sleep(for: .seconds(prepared.stopSeconds))) != nil else { return }
        for process in ProcessEntry.descendants(of: [pid]) { kill(process.pid, SIGKILL) }
    }

    /// Whether the command has got the signal too, because it is in the foreground of the same terminal.
    private static func comesFromTerminal(_ signal: UnixSignal) -> Bool {
        guard signal == .sigint || signal == .sigquit else { return false }
        let terminal = open("/dev/tty", O_RDONLY | O_NOCTTY | O_CLOEXEC)
        guard terminal >= 0 else { return false }
        defer { close(terminal) }
        return tcgetpgrp(terminal) == getpgrp()
    }
}
