import Foundation

/// A command of the real binary that goes on until it is ended, or this value goes away.
package final class BackgroundCommand: Sendable {
    private let process: ControlPlaneProcess
    private let log: String

    init(_ command: [String], log: String) throws {
        process = try ControlPlaneProcess(command: command, log: log, environment: [:])
        self.log = log
    }

    /// What it has said so far, on both of its outputs.
    package var output: String { (try? String(contentsOfFile: log, encoding: .utf8)) ?? "" }

    package func end() { process.end() }
}

extension SwitchyardFixture {
    /// Starts a command that goes on in the background.
    ///
    /// What it says is kept under its name, after what another one of that name has said.
    package func background(_ arguments: [String], named name: String? = nil) throws -> BackgroundCommand {
        try BackgroundCommand(command(arguments), log: "\(folder)/\(name ?? arguments[0]).log")
    }
}
