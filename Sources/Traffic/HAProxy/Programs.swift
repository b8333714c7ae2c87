import Foundation
import Subprocess
import SystemPackage

/// The programs that this room runs.
enum Programs {
    /// Runs a program to its end; throws its output when it fails.
    @discardableResult
    static func run(
        _ path: String, _ arguments: [String], variables: [String: String] = [:],
        limit: Duration = Limits.program
    ) async throws -> String {
        let executable: Executable = path.hasPrefix("/") ? .path(FilePath(path)) : .name(path)
        let updates = variables.reduce(into: [Environment.Key: String?]()) {
            $0[Environment.Key(stringLiteral: $1.key)] = $1.value
        }
        return try await withThrowingTaskGroup(of: String.self) { group in
            group.addTask {
                let result = try await Subprocess.run(
                    executable, arguments: Arguments(arguments),
                    environment: .inherit.updating(updates),
                    output: .string(limit: Limits.programOutput), error: .combinedWithOutput)
                let output = result.standardOutput
                guard result.terminationStatus.isSuccess else {
                    throw TrafficError.program(name: "\(path) \(arguments.first ?? "")", output: output)
                }
                return output
            }
            group.addTask {
                try await Task.sleep(for: limit)
                throw TrafficError.program(name: path, output: "no end after \(limit)")
            }
            defer { group.cancelAll() }
            return try await group.next() ?? ""
        }
    }

    /// HAProxy's binary, version 2.6 or newer.
    static func findHAProxy(_ binary: String?) async throws -> String {
        let path = ProcessInfo.processInfo.environment["PATH"] ?? ""
        let folders = path.split(separator: ":").map(String.init) + ["/usr/sbin", "/usr/local/sbin"]
        let candidates = binary.map { [$0] } ?? folders.map { "\($0)/haproxy" }
        guard let found = candidates.first(where: { FileManager.default.isExecutableFile(atPath: $0) }) else {
            throw TrafficError.haproxyMissing(searched: candidates)
        }
        let version = try await run(found, ["-v"]).firstMatch(of: /version (\d+)\.(\d+)\S*/)
        guard let version, let major = Int(version.output.1), let minor = Int(version.output.2),
            (major, minor) >= (2, 6)
        else {
            throw TrafficError.haproxyTooOld(binary: found, version: version.map { String($0.output.0) } ?? "unknown")
        }
        return found
    }
}
