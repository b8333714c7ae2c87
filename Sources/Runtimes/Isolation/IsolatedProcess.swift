import Foundation
import Glibc
import Subprocess
import SystemPackage

/// A program in a network of its own, where it reaches a database and is reached itself, and nothing else.
///
/// `switchyard isolate` is the first process there: it relays between the sockets outside and the ports inside.
package struct IsolatedProcess: Sendable {
    private let command: [String]
    private let variables: [String: String]
    private let folder: String
    private let unixUser: String?
    private let webSocket: String
    private let webPort: Int
    private let databaseSocket: String
    private let databasePort: Int
    private let log: String

    /// `webSocket` will be made, `databaseSocket` is there; the ports are those of 127.0.0.1 inside. What it prints goes
    /// to the file `log`.
    package init(
        command: [String], variables: [String: String], folder: String, unixUser: String?, webSocket: String,
        webPort: Int, databaseSocket: String, databasePort: Int, log: String
    ) {
        self.command = command
        self.variables = variables
        self.folder = folder
        self.unixUser = unixUser
        self.webSocket = webSocket
        self.webPort = webPort
        self.databaseSocket = databaseSocket
        self.databasePort = databasePort
        self.log = log
    }

    /// Runs until the program ends, and answers how; when the task is cancelled everything is killed.
    package func run() async throws -> String {
        // It ends itself when nobody holds the other end any more: a control plane that is killed leaves nothing behind.
        let (reading, writing) = try FileDescriptor.pipe()
        defer { try? writing.close() }
        for end in [reading, writing] { _ = fcntl(end.rawValue, F_SETFD, FD_CLOEXEC) }
        let output = try FileDescriptor.open(
            FilePath(log), .writeOnly, options: [.create, .truncate, .closeOnExec], permissions: .ownerReadWrite)
        var options = PlatformOptions()
        options.teardownSequence = [.send(signal: .kill, allowedDurationToNextStep: Limits.kill)]
        let words = try words()
        let result = try await Subprocess.run(
            .name(words[0]), arguments: Arguments(Array(words.dropFirst())), environment: environment,
            platformOptions: options, input: .fileDescriptor(reading, closeAfterSpawningProcess: true),
            output: .fileDescriptor(output, closeAfterSpawningProcess: false),
            error: .fileDescriptor(output, closeAfterSpawningProcess: true))
        try Task.checkCancellation()
        let lines = (try? String(contentsOfFile: log, encoding: .utf8))?.split(whereSeparator: \.isNewline) ?? []
        return "ended with \(result.terminationStatus) (\(lines.suffix(2).joined(separator: "; ")))"
    }

    private func words() throws -> [String] {
        let relays = [
            "--web-socket", webSocket, "--web-port", "\(webPort)", "--database-socket", databaseSocket,
            "--database-port", "\(databasePort)",
        ]
        return NetworkIsolation.prefix + [try OwnProgram.path(), "isolate", "--folder", folder] + relays
            + (unixUser.map { ["--user", $0] } ?? []) + ["--"] + command
    }

    private var environment: Subprocess.Environment {
        let all = ["PATH": Runit.searchPath, "LANG": "C.UTF-8"].merging(variables) { _, own in own }
        return .custom(
            Dictionary(uniqueKeysWithValues: all.map { (Subprocess.Environment.Key(stringLiteral: $0), $1) }))
    }
}
