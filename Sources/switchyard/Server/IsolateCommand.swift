import ArgumentParser
import DurableFiles
import Foundation
import Glibc
import Runtimes
import Subprocess
import SystemPackage

/// `switchyard isolate`: the first process of a network of its own, which relays into it and runs one program there.
///
/// The control plane starts it for rehearsals; it ends, and everything in that network with it, at the end of its
/// standard input.
struct IsolateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "isolate", abstract: "Runs a program in a network of its own; used by rehearsals.",
        shouldDisplay: false)

    @Option(help: "Where the program's web port is reached from outside.")
    var webSocket: String
    @Option(help: "The program's web port.")
    var webPort: Int
    @Option(help: "The database's socket outside.")
    var databaseSocket: String
    @Option(help: "The database's port inside.")
    var databasePort: Int
    @Option(help: "The program's folder.")
    var folder: String
    @Option(help: "The account to run it under; without it, our own.")
    var user: String?
    @Argument(parsing: .postTerminator, help: "The program and its arguments.")
    var words: [String]

    func run() async throws {
        try NetworkIsolation.bringLoopbackUp()
        let relays = [
            try SocketRelay(from: .unix(webSocket), to: .port(webPort)),
            try SocketRelay(from: .port(databasePort), to: .unix(databaseSocket)),
        ]
        try NetworkIsolation.hideSockets()
        Thread.detachNewThread { Self.endWithInput() }
        let command = try becoming() + words
        let result = try await Subprocess.run(
            command[0].contains("/") ? .path(FilePath(command[0])) : .name(command[0]),
            arguments: Arguments(Array(command.dropFirst())),
            workingDirectory: FilePath(folder), input: .none,
            output: .fileDescriptor(.standardOutput, closeAfterSpawningProcess: false),
            error: .fileDescriptor(.standardError, closeAfterSpawningProcess: false))
        withExtendedLifetime(relays) {}
        guard case .exited(let code) = result.terminationStatus else { throw ExitCode(128) }
        throw ExitCode(code)
    }

    private func becoming() throws -> [String] {
        guard let user else { return [] }
        guard let account = UnixUser(named: user) else {
            throw CommandExit(.wentWrong, "There is no account '\(user)'.")
        }
        return account.becoming
    }

    /// As the first process of its kind here: what runs beside it is killed when it ends.
    private static func endWithInput() {
        var byte: UInt8 = 0
        while read(STDIN_FILENO, &byte, 1) != 0 {
            if errno != EINTR && errno != 0 { break }
        }
        _exit(0)
    }
}
