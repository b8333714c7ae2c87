import Domain
package import Foundation

/// An entry as it stands in the log, for people and programs to read.
package struct AuditRecord: Codable, Equatable, Sendable {
    package var sequence: Int
    /// In microseconds since 1970, UTC.
    package var at: Int
    /// `intent`, `result` or `event`.
    package var phase: String
    /// The intent's sequence number where this is a result.
    package var intent: Int?
    package var actor: String
    package var authentication: String?
    package var sourceAddress: String?
    package var action: String
    package var target: String?
    package var environment: String?
    package var outcome: String?
    package var reason: String?
    package var plan: String?
    package var trace: String?
    package var flags: [String]
    package var details: [String: String]
    package var payloadSHA256: String?
    package var version: Int

    private enum CodingKeys: String, CodingKey {
        case sequence = "seq", at, phase, intent, actor, authentication = "auth", sourceAddress = "src_ip", action,
            target,
            environment, outcome, reason, plan, trace, flags, details, payloadSHA256 = "payload_sha256", version = "v"
    }

    /// The time of the act.
    package var date: Date { Date(timeIntervalSince1970: Double(at) / 1_000_000) }

    /// Whether it came from the spool, later than it happened.
    package var isLate: Bool { flags.contains(AuditFlag.late.rawValue) }

    /// Reads an entry's canonical bytes; personal data stays ciphertext. Throws `AuditError.altered` for others.
    init(_ bytes: UnsafeRawBufferPointer) throws {
        do {
            self = try JSONDecoder().decode(AuditRecord.self, from: Data(bytes))
        } catch {
            throw AuditError.altered(what: "an entry of it can't be read")
        }
    }

    package init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        sequence = try values.decode(Int.self, forKey: .sequence)
        at = try values.decode(Int.self, forKey: .at)
        phase = try values.decode(String.self, forKey: .phase)
        intent = try values.decodeIfPresent(Int.self, forKey: .intent)
        actor = try values.decode(String.self, forKey: .actor)
        authentication = try values.decodeIfPresent(String.self, forKey: .authentication)
        sourceAddress = try values.decodeIfPresent(String.self, forKey: .sourceAddress)
        action = try values.decode(String.self, forKey: .action)
        target = try values.decodeIfPresent(String.self, forKey: .target)
        environment = try values.decodeIfPresent(String.self, forKey: .environment)
        outcome = try values.decodeIfPresent(String.self, forKey: .outcome)
        reason = try values.decodeIfPresent(String.self, forKey: .reason)
        plan = try values.decodeIfPresent(String.self, forKey: .plan)
        trace = try values.decodeIfPresent(String.self, forKey: .trace)
        flags = try values.decodeIfPresent([String].self, forKey: .flags) ?? []
        details = try values.decodeIfPresent([String: String].self, forKey: .details) ?? [:]
        payloadSHA256 = try values.decodeIfPresent(String.self, forKey: .payloadSHA256)
        version = try values.decode(Int.self, forKey: .version)
    }

    /// The same with personal data in the clear, and "erased" where the person's key is deleted.
    package func opened(with keys: SubjectKeys) throws -> AuditRecord {
        var record = self
        record.sourceAddress = try sourceAddress.map { try keys.open($0, field: "src_ip").shown }
        for (name, text) in details { record.details[name] = try keys.open(text, field: name).shown }
        return record
    }
}
