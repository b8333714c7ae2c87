package import Domain

/// Asks for what a command needs to run once in a release, and for its record.
package struct RunRequest: Codable, Equatable, Sendable {
    package var words: [String]
    /// A version, `name@version` or digest of a release in a slot; nil is the one that serves.
    package var release: String?
    /// Who asks, for the record.
    package var requestedBy: String?
    /// The process on this machine that will run it and tell its end.
    package var process: ProcessIdentity

    package init(words: [String], release: String?, requestedBy: String?, process: ProcessIdentity) {
        self.words = words
        self.release = release
        self.requestedBy = requestedBy
        self.process = process
    }
}

/// A command that is written down and may be started; its release was checked against its archive.
package struct PreparedCommand: Codable, Equatable, Sendable {
    package var command: OneOffCommand
    /// The absolute path of its program.
    package var program: String
    /// The release's root, where it runs.
    package var folder: String
    /// What it is started with, secrets sealed: a file on this machine that `switchyard deliver` reads once.
    package var start: String
    /// The account that it runs under.
    package var userID: Int
    package var groupID: Int
    /// Seconds between SIGTERM and SIGKILL.
    package var stopSeconds: Double

    package init(
        command: OneOffCommand, program: String, folder: String, start: String, userID: Int,
        groupID: Int, stopSeconds: Double
    ) {
        self.command = command
        self.program = program
        self.folder = folder
        self.start = start
        self.userID = userID
        self.groupID = groupID
        self.stopSeconds = stopSeconds
    }
}

/// Tells how a command ended.
package struct CommandEnd: Codable, Equatable, Sendable {
    /// As shells count: 128 and the signal's number after a signal, 124 when its time was over.
    package var exitCode: Int
    package var reason: String?

    package init(exitCode: Int, reason: String? = nil) {
        self.exitCode = exitCode
        self.reason = reason
    }
}
