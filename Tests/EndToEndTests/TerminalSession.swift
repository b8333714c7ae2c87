import Foundation
import Synchronization
import TestSupport

/// A command of the real binary on a terminal of its own (`script`, from the distribution), and a person's keys.
final class TerminalSession: Sendable {
    private let process: Process
    private let keys: FileHandle
    private let shown = Mutex("")

    init(_ arguments: [String], state: String) throws {
        process = Process()
        process.executableURL = URL(filePath: "/usr/bin/script")
        // `script` asks $SHELL, and one that stays beside the command would die of its ^C.
        let command = "exec " + ([SwitchyardFixture.program] + arguments).map { "'\($0)'" }.joined(separator: " ")
        process.arguments = ["-qefc", command, "/dev/null"]
        process.environment = ProcessInfo.processInfo.environment.merging(["SWITCHYARD_STATE": state]) { $1 }
        let input = Pipe()
        let output = Pipe()
        process.standardInput = input
        process.standardOutput = output
        keys = input.fileHandleForWriting
        output.fileHandleForReading.readabilityHandler = { [weak self] handle in
            let data = handle.availableData
            if data.isEmpty { handle.readabilityHandler = nil }
            self?.shown.withLock { $0 += String(decoding: data, as: UTF8.self) }
        }
        try process.run()
    }

    deinit { if process.isRunning { process.terminate() } }

    /// Everything that was shown so far.
    var text: String { shown.withLock { $0 } }
    var isRunning: Bool { process.isRunning }
    var status: Int32 { process.terminationStatus }

    func type(_ text: String) { keys.write(Data(text.utf8)) }
}
