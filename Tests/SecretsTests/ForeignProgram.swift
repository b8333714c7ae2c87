import Foundation
import Subprocess
import SystemPackage
import Testing

/// Runs a program of somebody else to its end and answers what it printed; a failure is an issue with what it said.
@discardableResult
func runForeign(_ program: String, _ arguments: String..., input: [UInt8] = []) async throws -> [UInt8] {
    try await runForeign(program, arguments, input: input)
}

/// The same, with arguments in a list.
@discardableResult
func runForeign(_ program: String, _ arguments: [String], input: [UInt8] = []) async throws -> [UInt8] {
    let result = try await run(
        program.contains("/") ? .path(FilePath(program)) : .name(program), arguments: Arguments(arguments),
        input: .array(input), output: .bytes(limit: 16 << 20), error: .string(limit: 1 << 20))
    try #require(result.terminationStatus.isSuccess, "\(program) \(arguments): \(result.standardError)")
    return result.standardOutput
}

/// Python with the packages of others that `scripts/setup test` installs.
enum TestPeers {
    static let python = ".build/test-peers/bin/python"

    static var script: String {
        URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Exchange/Foreign/sops.py").path
    }
}
