package import Foundation

/// Python with the packages that tests need: `scripts/setup test` puts them into a folder of their own.
package enum PythonPeer {
    /// A script that ended badly; it said why on standard error.
    package struct Failed: Error {
        package let script: String
    }

    private static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent()

    /// A process of a script, named by its path from the repository's root; not started yet.
    package static func process(_ script: String, _ arguments: [String] = []) -> Process {
        let process = Process()
        process.executableURL = root.appending(path: ".build/test-peers/bin/python")
        process.arguments = ["-B", root.appending(path: script).path] + arguments
        return process
    }

    /// Runs a script to its end and answers what it wrote.
    package static func run(_ script: String, input: Data) throws -> Data {
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
