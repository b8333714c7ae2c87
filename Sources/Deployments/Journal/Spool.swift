package import Domain
import DurableFiles
import Foundation

/// The emergency journal: going back is written here first, because it may wait for neither SQLite nor disk space.
///
/// One preallocated file, replaced whole at each write; what is in it is folded into the records as soon as they can
/// be written, and shown in the history meanwhile.
package struct Spool: Sendable {
    /// What the spool holds.
    package struct Content: Codable, Equatable, Sendable {
        package var deployments: [Deployment] = []
        package var entries: [JournalEntry] = []
        package var maintenance: [MaintenanceChange] = []
        package var commands: [OneOffCommand] = []
        package var isEmpty: Bool { self == Content() }
    }

    private let file: PreallocatedFile
    package private(set) var content: Content

    /// Opens the spool at a path, or makes it.
    package init(path: String) throws {
        let empty = try JSONEncoder().encode(Content())
        file = try PreallocatedFile(
            path: path, capacity: Limits.spoolBytes, padding: UInt8(ascii: " "), initial: empty
        )
        content = try JSONDecoder().decode(Content.self, from: file.read())
    }

    /// Adds a deployment that the records do not know yet.
    package mutating func add(_ deployment: Deployment) throws {
        var next = content
        next.deployments.append(deployment)
        try replace(with: next)
    }

    /// Adds a line of a journal.
    package mutating func add(_ entry: JournalEntry) throws {
        var next = content
        next.entries.append(entry)
        try replace(with: next)
    }

    /// Adds a change of the maintenance page, or what came of it.
    package mutating func add(_ change: MaintenanceChange) throws {
        var next = content
        next.maintenance.removeAll { $0.id == change.id }
        next.maintenance.append(change)
        try replace(with: next)
    }

    /// Adds a one-off command, or what came of it; a new one leaves half of the spool to those who go back.
    package mutating func add(_ command: OneOffCommand) throws {
        var next = content
        next.commands.removeAll { $0.id == command.id }
        next.commands.append(command)
        if command.outcome == nil, try JSONEncoder().encode(next).count > Limits.spoolBytes / 2 {
            throw DeploymentsError.spoolFull(path: file.path)
        }
        try replace(with: next)
    }

    /// Removes what has been folded into the records, and nothing that came since.
    package mutating func remove(_ folded: Content) throws {
        var next = content
        next.deployments.removeAll { folded.deployments.contains($0) }
        next.entries.removeAll { folded.entries.contains($0) }
        next.maintenance.removeAll { folded.maintenance.contains($0) }
        next.commands.removeAll { folded.commands.contains($0) }
        try replace(with: next)
    }

    private mutating func replace(with next: Content) throws {
        do {
            try file.replace(with: JSONEncoder().encode(next))
        } catch is PreallocatedFile.TooLarge {
            throw DeploymentsError.spoolFull(path: file.path)
        }
        content = next
    }
}

extension Spool.Content {
    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        deployments = try container.decode([Deployment].self, forKey: .deployments)
        entries = try container.decode([JournalEntry].self, forKey: .entries)
        // Spools of 0.1.0 have neither.
        maintenance = try container.decodeIfPresent([MaintenanceChange].self, forKey: .maintenance) ?? []
        commands = try container.decodeIfPresent([OneOffCommand].self, forKey: .commands) ?? []
    }
}
