import Foundation

/// Python with the packages that these tests need: `scripts/setup test` puts them into a folder of their own.
enum PythonPeer {
    /// A script that ended badly; it said why on standard error.
    struct Failed: Error {
        let script: String
    }

    private static let root = URL(filePath: #filePath).deletingLastPathComponent()
    static let folder = root.deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: ".build/test-peers")

    /// A process of a script below this folder, not started yet.
    static func process(_ script: String, _ arguments: [String] = []) -> Process {
        let process = Process()
        process.executableURL = folder.appending(path: "bin/python")
        process.arguments = ["-B", root.appending(path: script).path] + arguments
        return process
    }

    /// Runs a script to its end and answers what it wrote.
    static func run(_ script: String, input: Data) throws -> Data {
        let process = process(script)
        let (stdin, stdout) = (Pipe(), Pipe())
        (process.standardInput, process.standardOutput) = (stdin, stdout)
        try process.run()
        try stdin.fileHandleForWriting.write(contentsOf: input)
        try stdin.fileHandleForWriting.close()
        let output = try stdout.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else { throw Failed(script: script) }
        return output
    }
}
