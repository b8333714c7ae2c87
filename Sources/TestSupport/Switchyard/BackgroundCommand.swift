import Foundation

/// A command of the real binary that goes on until it is ended, or this value goes away.
package final class BackgroundCommand: Sendable {
    private let process: ControlPlaneProcess
    private let log: String

    init(_ command: [String], log: String, environment: [String: String]) throws {
        process = try ControlPlaneProcess(command: command, log: log, environment: environment)
        self.log = log
    }

    /// What it has said so far, on both of its outputs.
    package var output: String { (try? String(contentsOfFile: log, encoding: .utf8)) ?? "" }

    package var isRunning: Bool { process.isRunning }

    package func end() { process.end() }
}

extension SwitchyardFixture {
    /// Starts a command that goes on in the background.
    package func background(_ arguments: [String]) throws -> BackgroundCommand {
        let log = "\(folder)/\(arguments[0])-\(UUID().uuidString.prefix(4)).log"
        return try BackgroundCommand(command(arguments), log: log, environment: variables)
    }
}
