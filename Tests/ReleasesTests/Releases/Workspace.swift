import Domain
import Foundation
import Releases
import Subprocess

/// A temporary folder of a test, with a release to pack in it; removed when the test has ended.
final class Workspace: Sendable {
    let path: String

    init() throws {
        let template = FileManager.default.temporaryDirectory.appending(path: "switchyard-releases-XXXXXX").path
        var bytes = Array(template.utf8CString)
        guard mkdtemp(&bytes) != nil else { throw CocoaError(.fileWriteUnknown) }
        path = bytes.withUnsafeBufferPointer { String(cString: $0.baseAddress!) }
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    func file(_ name: String) -> String { "\(path)/\(name)" }

    /// Writes a release folder; `order` is the order in which its files come to be.
    @discardableResult
    func makeRelease(
        _ name: String = "release", version: String = "1.0.0", greeting: String = "hello",
        order: ([String]) -> [String] = { $0 }
    ) throws -> String {
        let root = file(name)
        let texts = [
            "release.yaml": """
            name: freightops
            version: \(version)
            processes: {web: {command: bin/serve}}
            migrations: db
            shared: [uploads]
            """,
            "bin/serve": "#!/bin/sh\necho \(greeting)\n",
            "db/1.sql": "SELECT 1;\n",
            "public/Grüße.txt": "ä\n",
            "public/large.bin": String(repeating: greeting, count: 100_000),
        ]
        for path in order(texts.keys.sorted()) {
            let url = URL(filePath: "\(root)/\(path)")
            try FileManager.default.createDirectory(
                at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
            try Data((texts[path] ?? "").utf8).write(to: url)
        }
        chmod("\(root)/bin/serve", 0o755)
        try FileManager.default.createDirectory(atPath: "\(root)/empty", withIntermediateDirectories: true)
        try FileManager.default.createSymbolicLink(
            atPath: "\(root)/public/current", withDestinationPath: "../bin/serve")
        return root
    }

    func store(_ name: String = "store") throws -> ArtifactStore { try ArtifactStore(folder: file(name)) }

    /// The names in a folder, sorted.
    func names(in folder: String) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: file(folder)).sorted()
    }

    func text(_ name: String) throws -> String { try String(contentsOfFile: file(name), encoding: .utf8) }

    func remove(_ name: String) throws { try FileManager.default.removeItem(atPath: file(name)) }

    func write(_ text: String, to name: String) throws { try Data(text.utf8).write(to: URL(filePath: file(name))) }
}

/// Runs a foreign program; returns its output, throws when it fails.
func runForeign(_ program: String, _ arguments: [String]) async throws -> String {
    let result = try await run(
        .name(program), arguments: Arguments(arguments), output: .string(limit: 1 << 20),
        error: .string(limit: 1 << 16))
    guard result.terminationStatus.isSuccess else {
        throw ForeignFailure(program: program, message: result.standardError)
    }
    return result.standardOutput
}

struct ForeignFailure: Error {
    let program: String
    let message: String
}
