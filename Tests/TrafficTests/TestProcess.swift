import Foundation
import Glibc

/// A child of the test, ended with it.
final class TestProcess: Sendable {
    private let process: Process
    var identifier: Int32 { process.processIdentifier }

    init(_ path: String, _ arguments: [String], output: Pipe? = nil) throws {
        process = Process()
        process.executableURL = URL(filePath: path)
        process.arguments = arguments
        process.standardInput = FileHandle.nullDevice
        if let output {
            process.standardOutput = output
        } else {
            process.standardOutput = FileHandle.nullDevice
        }
        process.standardError = FileHandle.nullDevice
        try process.run()
    }

    deinit { kill() }

    var isRunning: Bool { process.isRunning }

    /// Known once it no longer runs.
    var exitStatus: Int32 { process.terminationStatus }

    func kill(_ signal: Int32 = SIGKILL) {
        guard process.isRunning else { return }
        Glibc.kill(process.processIdentifier, signal)
        if signal == SIGKILL { process.waitUntilExit() }
    }
}

/// Runs a program to its end and answers its standard output.
func output(of program: String, _ arguments: [String]) async throws -> String {
    try await withCheckedThrowingContinuation { continuation in
        DispatchQueue.global().async {
            continuation.resume(
                with: Result {
                    let pipe = Pipe()
                    let process = Process()
                    process.executableURL = URL(filePath: "/usr/bin/env")
                    process.arguments = [program] + arguments
                    process.standardInput = FileHandle.nullDevice
                    process.standardOutput = pipe
                    process.standardError = FileHandle.nullDevice
                    try process.run()
                    let data = pipe.fileHandleForReading.readDataToEndOfFile()
                    process.waitUntilExit()
                    return String(decoding: data, as: UTF8.self)
                })
        }
    }
}
