package import Domain
package import Foundation

/// Which entries are looked for; nil asks for all.
package struct AuditFilter: Sendable {
    package var actor: String?
    package var action: AuditAction?
    /// The noun of the action, such as `data_access`: what stands before its first dot.
    package var noun: String?
    package var environment: EnvironmentName?
    package var target: String?
    package var outcome: AuditOutcome?
    /// The earliest time, inclusive.
    package var since: Date?
    /// The latest time, exclusive.
    package var until: Date?

    package init(
        actor: String? = nil, action: AuditAction? = nil, noun: String? = nil, environment: EnvironmentName? = nil,
        target: String? = nil,
        outcome: AuditOutcome? = nil, since: Date? = nil, until: Date? = nil
    ) {
        self.actor = actor
        self.action = action
        self.noun = noun
        self.environment = environment
        self.target = target
        self.outcome = outcome
        self.since = since
        self.until = until
    }
}

/// A filter in the form in which entries stand in the log, so that none is decoded in vain.
struct PreparedFilter {
    private let pieces: [(wanted: [UInt8], member: KeyPath<ScannedEntry, ScannedEntry.Piece>)]
    /// The beginning of the action.
    private let noun: [UInt8]
    private let since: Int
    private let until: Int

    init(_ filter: AuditFilter) {
        let members: [(String?, KeyPath<ScannedEntry, ScannedEntry.Piece>)] = [
            (filter.actor, \.actor), (filter.action?.rawValue, \.action),
            (filter.environment?.rawValue, \.environment), (filter.target, \.target),
            (filter.outcome?.rawValue, \.outcome),
        ]
        pieces = members.compactMap { text, member in text.map { (CanonicalJSON.escaped($0), member) } }
        noun = filter.noun.map { Array("\($0).".utf8) } ?? []
        since = filter.since.map(SealedEntry.microseconds) ?? .min
        until = filter.until.map(SealedEntry.microseconds) ?? .max
    }

    func accepts(_ entry: ScannedEntry, in bytes: UnsafeRawBufferPointer) -> Bool {
        entry.at >= since && entry.at < until
            && bytes[entry.action].starts(with: noun)
            && pieces.allSatisfy { bytes[entry[keyPath: $0.member]].elementsEqual($0.wanted) }
    }
}
