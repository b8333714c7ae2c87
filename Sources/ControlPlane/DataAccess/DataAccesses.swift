import API
import Audit
import Domain
import Foundation
import Synchronization

/// Who is given access to the application's databases through Switchyard, and what Switchyard does with them itself, in the
/// audit record.
///
/// An access is recorded before it is given: where the record cannot be written there is none.
final class DataAccesses: Sendable {
    /// Before the command's identifier in the name under which its connections are known to the server.
    static let applicationPrefix = "switchyard-command-"

    private let trail: AuditTrail
    /// Who runs which command, the newest ones.
    private let callers = Mutex<[(command: UUID, actor: AuditActor)]>([])

    init(trail: AuditTrail) { self.trail = trail }

    /// Lets a command have the database's address, once that is recorded; answers under which name its connections are
    /// known to the server.
    ///
    /// Its arguments may name somebody, so its words are personal.
    func admit(
        _ command: UUID, words: String, program: String, release: ReleaseReference?, in environment: EnvironmentName,
        by actor: AuditActor?
    ) async throws -> String {
        let actor = actor ?? .system
        var entry = AuditEntry(
            .event, .commandAccess, by: actor, at: Date(), target: command.uuidString, environment: environment)
        entry.details = ["program": program]
        entry.details["release"] = release?.description
        entry.personal["words"] = AuditEntry.PersonalText(words, about: actor.id)
        try await trail.require(entry)
        remember(actor, of: command)
        return Self.applicationPrefix + command.uuidString
    }

    /// Does something with a database between intent and result; what went wrong is recorded by its kind only, because the
    /// database's own words may hold data.
    func record<Value>(
        _ action: AuditAction, in environment: EnvironmentName, target: String, details: [String: String] = [:],
        act: () async throws -> Value
    ) async throws -> Value {
        var entry = AuditEntry(.intent, action, by: .system, at: Date(), target: target, environment: environment)
        entry.details = details
        return try await trail.record(entry, goesBack: false, notes: ActNotes(), describing: \.title, act: act)
    }

    /// Who runs a command; nil where nobody knows.
    func caller(of command: UUID) async -> AuditActor? {
        if let known = callers.withLock({ $0.last { $0.command == command }?.actor }) { return known }
        // A control plane before this one admitted it.
        let filter = AuditFilter(action: .commandAccess, target: command.uuidString)
        guard let entry = try? await trail.entries(matching: filter, last: 1).first else { return nil }
        let actor = AuditActor(id: entry.actor)
        remember(actor, of: command)
        return actor
    }

    private func remember(_ actor: AuditActor, of command: UUID) {
        callers.withLock { callers in
            callers.append((command, actor))
            if callers.count > Limits.rememberedCommands { callers.removeFirst() }
        }
    }
}

extension AuditAction {
    /// The noun of all actions of the data access log.
    static let dataAccess = "data_access"
    /// A one-off command is given the database's address.
    static let commandAccess: AuditAction = "data_access.command"
    /// What somebody's statements read and wrote, as pgaudit has it.
    static let statementAccess: AuditAction = "data_access.statements"
    /// Lines of the server's log were gone before they were read.
    static let accessGap: AuditAction = "data_access.gap"
}
