/// An entry as canonical JSON (RFC 8785: sorted keys, integers, the fewest escapes), cut where its number belongs.
struct CanonicalEntry: Sendable {
    private let head: [UInt8]
    private let tail: [UInt8]
    /// What the writer needs to know of it.
    let phase: SealedEntry.Phase
    let intent: Int?
    let summary: OpenIntent?
    let spoolID: String?

    static let version = 1
    /// The most digits of a sequence number.
    private static let numberDigits = 19

    /// Writes an entry; throws `AuditError.entryTooLarge` beyond 65,535 bytes.
    init(_ entry: SealedEntry) throws(AuditError) {
        phase = entry.phase
        intent = entry.intent
        summary = entry.phase == .intent ? OpenIntent(sequence: 0, entry) : nil
        spoolID = entry.details[AuditSpool.identifierDetail]
        var writer = CanonicalJSON()
        writer.member("action", entry.action)
        writer.member("actor", entry.actor)
        writer.member("at", entry.at)
        writer.member("auth", entry.authentication)
        writer.member("details", entry.details)
        writer.member("environment", entry.environment)
        writer.member("flags", entry.flags)
        writer.member("intent", entry.intent)
        writer.member("outcome", entry.outcome)
        writer.member("payload_sha256", entry.payloadSHA256)
        writer.member("phase", entry.phase.rawValue)
        writer.member("plan", entry.plan)
        writer.member("reason", entry.reason)
        writer.key("seq")
        head = writer.bytes
        writer.bytes = []
        writer.member("src_ip", entry.sourceAddress)
        writer.member("target", entry.target)
        writer.member("trace", entry.trace)
        writer.member("v", Self.version)
        writer.bytes.append(UInt8(ascii: "}"))
        tail = writer.bytes
        let bytes = head.count + tail.count + Self.numberDigits
        guard bytes <= Limits.entryBytes else { throw .entryTooLarge(bytes: bytes, most: Limits.entryBytes) }
    }

    func bytes(sequence: Int) -> [UInt8] { head + String(sequence).utf8 + tail }

    var count: Int { head.count + tail.count + Self.numberDigits }
}

/// Writes the members of one JSON object in the order in which they are given; those without a value are left out.
struct CanonicalJSON {
    var bytes: [UInt8] = []
    private var isFirst = true

    init() {
        bytes.reserveCapacity(512)
    }

    mutating func key(_ name: String) {
        bytes.append(UInt8(ascii: isFirst ? "{" : ","))
        isFirst = false
        string(name)
        bytes.append(UInt8(ascii: ":"))
    }

    mutating func member(_ name: String, _ value: String?) {
        guard let value else { return }
        key(name)
        string(value)
    }

    mutating func member(_ name: String, _ value: Int?) {
        guard let value else { return }
        key(name)
        bytes += String(value).utf8
    }

    mutating func member(_ name: String, _ values: [String]) {
        guard !values.isEmpty else { return }
        key(name)
        bytes.append(UInt8(ascii: "["))
        for (index, value) in values.enumerated() {
            if index > 0 { bytes.append(UInt8(ascii: ",")) }
            string(value)
        }
        bytes.append(UInt8(ascii: "]"))
    }

    mutating func member(_ name: String, _ values: [String: String]) {
        guard !values.isEmpty else { return }
        key(name)
        var object = CanonicalJSON()
        for (name, value) in values.sorted(by: { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }) {
            object.member(name, value)
        }
        bytes += object.bytes
        bytes.append(UInt8(ascii: "}"))
    }

    /// A text as it stands between its quotes.
    static func escaped(_ text: String) -> [UInt8] {
        var writer = CanonicalJSON()
        writer.string(text)
        return Array(writer.bytes.dropFirst().dropLast())
    }

    private mutating func string(_ text: String) {
        bytes.append(UInt8(ascii: "\""))
        for byte in text.utf8 { escape(byte) }
        bytes.append(UInt8(ascii: "\""))
    }

    private mutating func escape(_ byte: UInt8) {
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"): bytes += [UInt8(ascii: "\\"), byte]
        case 0x08: bytes += [UInt8(ascii: "\\"), UInt8(ascii: "b")]
        case 0x09: bytes += [UInt8(ascii: "\\"), UInt8(ascii: "t")]
        case 0x0a: bytes += [UInt8(ascii: "\\"), UInt8(ascii: "n")]
        case 0x0c: bytes += [UInt8(ascii: "\\"), UInt8(ascii: "f")]
        case 0x0d: bytes += [UInt8(ascii: "\\"), UInt8(ascii: "r")]
        case 0..<0x20: bytes += Array("\\u00\(Hexadecimal.pair(byte))".utf8)
        default: bytes.append(byte)
        }
    }
}
