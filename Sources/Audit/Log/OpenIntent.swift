/// An act that was announced and has no result yet.
package struct OpenIntent: Codable, Equatable, Sendable {
    package let sequence: Int
    /// In microseconds since 1970, UTC.
    package let at: Int
    package let actor: String
    package let action: String
    package let target: String?
    package let environment: String?
    package let plan: String?

    init(sequence: Int, _ entry: SealedEntry) {
        self.sequence = sequence
        at = entry.at
        actor = entry.actor
        action = entry.action
        target = entry.target
        environment = entry.environment
        plan = entry.plan
    }

    init(sequence: Int, _ intent: OpenIntent) {
        self.sequence = sequence
        at = intent.at
        actor = intent.actor
        action = intent.action
        target = intent.target
        environment = intent.environment
        plan = intent.plan
    }

    init(_ record: AuditRecord) {
        sequence = record.sequence
        at = record.at
        actor = record.actor
        action = record.action
        target = record.target
        environment = record.environment
        plan = record.plan
    }
}

/// Which entries of the spool are in the log already, the newest of them.
struct LateEntries: Codable, Equatable, Sendable {
    private struct Entry: Codable, Equatable, Sendable {
        let id: String
        let sequence: Int
    }

    private var entries: [Entry] = []

    func sequence(of id: String) -> Int? { entries.last { $0.id == id }?.sequence }

    mutating func note(_ id: String, at sequence: Int) {
        entries.append(Entry(id: id, sequence: sequence))
        if entries.count > Limits.rememberedLateEntries { entries.removeFirst() }
    }
}
