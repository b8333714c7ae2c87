package import Foundation

/// One time that somebody ran a command in a release: `switchyard run -- COMMAND`.
package struct OneOffCommand: EnvironmentAct {
    /// What distinguishes it from other acts in a list of them.
    package enum Kind: String, Codable, Sendable, CaseIterable {
        case command
    }

    package let id: UUID
    package let environment: EnvironmentName
    package let kind: Kind
    package let release: ReleaseReference
    package let slot: SlotName
    /// The command's words, shortened to `mostCharacters`.
    package let command: String
    package let requestedBy: String
    /// The command line that runs it and tells its end; when it is gone, nobody will.
    package let process: ProcessIdentity
    package let createdAt: Date
    package private(set) var outcome: ActOutcome?
    package private(set) var endedAt: Date?
    /// What the command ended with: 0 to 255, and 128 and the signal's number after a signal.
    package private(set) var exitCode: Int?
    /// Why it failed, or why nobody knows how it ended.
    package private(set) var reason: String?

    /// The most that is written down of a command's words.
    package static let mostCharacters = 500

    package init(
        id: UUID, environment: EnvironmentName, release: ReleaseReference, slot: SlotName, words: [String],
        requestedBy: String, process: ProcessIdentity, createdAt: Date
    ) {
        let text = words.joined(separator: " ")
        self.id = id
        self.environment = environment
        kind = .command
        self.release = release
        self.slot = slot
        command = text.count > Self.mostCharacters ? "\(text.prefix(Self.mostCharacters - 1))…" : text
        self.requestedBy = requestedBy
        self.process = process
        self.createdAt = createdAt
    }

    package var boundary: String { "\(outcome?.rawValue ?? "intent"):\(kind.rawValue)" }

    /// The same with its result: done is what ended with 0.
    package func ended(_ exitCode: Int?, at now: Date, because reason: String? = nil) -> OneOffCommand {
        var command = self
        command.outcome = exitCode == 0 ? .done : .failed
        (command.exitCode, command.endedAt, command.reason) = (exitCode, now, reason)
        return command
    }
}
