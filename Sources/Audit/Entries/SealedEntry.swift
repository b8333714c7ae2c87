import Domain
import Foundation

/// An entry as it will be recorded, but for its sequence number: personal data is ciphertext.
struct SealedEntry: Codable, Equatable, Sendable {
    enum Phase: String, Codable, Sendable { case intent, result, event }

    var phase: Phase
    /// The intent's sequence number where this is a result.
    var intent: Int?
    /// In microseconds since 1970, UTC.
    var at: Int
    var actor: String
    var authentication: String?
    var sourceAddress: String?
    var action: String
    var target: String?
    var environment: String?
    var outcome: String?
    var reason: String?
    var plan: String?
    var trace: String?
    var flags: [String]
    var details: [String: String]
    var payloadSHA256: String?

    /// What stands instead of personal data that could not be sealed.
    static let withheld = "withheld"

    /// Seals an entry.
    ///
    /// Throws `AuditError.badName` for a name that does not do, and `AuditError.file` when a person's key can't be made.
    init(_ entry: AuditEntry, keys: SubjectKeys) throws {
        try self.init(entry) { try keys.seal($0, about: $1, field: $2) }
    }

    /// Seals an entry by a function of text, subject and field.
    init(_ entry: AuditEntry, sealing: (String, String, String) throws -> String) throws {
        (phase, intent) =
            switch entry.phase {
            case .intent: (.intent, nil)
            case .result(let intent): (.result, intent)
            case .event: (.event, nil)
            }
        at = Self.microseconds(entry.at)
        actor = entry.actor.id
        authentication = entry.actor.authentication
        sourceAddress = try entry.actor.address.map { try sealing($0, entry.actor.id, "src_ip") }
        action = entry.action.rawValue
        target = entry.target
        environment = entry.environment?.rawValue
        outcome = entry.outcome?.rawValue
        reason = entry.reason
        plan = entry.plan
        trace = entry.trace
        flags = entry.flags.map(\.rawValue).sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
        payloadSHA256 = entry.payloadSHA256
        details = entry.details.mapValues(SubjectKeys.escaped)
        var personal = entry.personal
        personal["actor.name"] = entry.actor.name.map { .init($0, about: entry.actor.id) }
        personal["actor.email"] = entry.actor.email.map { .init($0, about: entry.actor.id) }
        for (name, text) in personal { details[name] = try sealing(text.text, text.subject, name) }
        try checkNames()
    }

    static func microseconds(_ date: Date) -> Int { Int((date.timeIntervalSince1970 * 1_000_000).rounded()) }

    private func checkNames() throws(AuditError) {
        for name in [action] + flags + details.keys where !Self.isName(name) { throw .badName(name) }
    }

    private static func isName(_ text: String) -> Bool {
        !text.isEmpty
            && text.utf8.allSatisfy {
                (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0)
                    || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0)
                    || $0 == UInt8(ascii: ".") || $0 == UInt8(ascii: "_") || $0 == UInt8(ascii: "-")
            }
    }
}
