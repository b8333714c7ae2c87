import Foundation
import Subprocess

/// Runs the system's programs.
enum Program {
    /// Where they are, also for a root whose PATH lacks them.
    private static let folders = ["/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin"]

    static func isThere(_ name: String) -> Bool {
        folders.contains { FileManager.default.isExecutableFile(atPath: "\($0)/\(name)") }
    }

    /// Runs a program to its end; throws what it said when it fails.
    @discardableResult
    static func run(_ name: String, _ arguments: [String], limit: Duration = Limits.program) async throws -> String {
        let command = ([name] + arguments).joined(separator: " ")
        return try await withThrowingTaskGroup(of: String.self) { group in
            group.addTask {
                let result = try await Subprocess.run(
                    .name(name), arguments: Arguments(arguments),
                    environment: .inherit.updating(["PATH": folders.joined(separator: ":"), "LC_ALL": "C.UTF-8"]),
                    output: .string(limit: Limits.programOutputBytes), error: .combinedWithOutput)
                let output = result.standardOutput.trimmingCharacters(in: .whitespacesAndNewlines)
                guard result.terminationStatus.isSuccess else {
                    throw InstallationError.programFailed(command: command, message: output)
                }
                return output
            }
            group.addTask {
                try await Task.sleep(for: limit)
                throw InstallationError.programFailed(command: command, message: "no end after \(limit).")
            }
            defer { group.cancelAll() }
            return try await group.next() ?? ""
        }
    }
}
