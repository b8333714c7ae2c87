/// Where the members of one canonical entry lie in its bytes; found in one pass and without a copy.
struct ScannedEntry {
    /// Text between its quotes, still escaped; empty where the member is missing.
    typealias Piece = Range<Int>

    var action: Piece = 0..<0
    var actor: Piece = 0..<0
    var at = 0
    var authentication: Piece = 0..<0
    /// The whole object, its braces included.
    var details: Piece = 0..<0
    var environment: Piece = 0..<0
    /// The whole array, its brackets included.
    var flags: Piece = 0..<0
    var intent: Int?
    var outcome: Piece = 0..<0
    var payload: Piece = 0..<0
    var phase: Piece = 0..<0
    var plan: Piece = 0..<0
    var reason: Piece = 0..<0
    var sequence = -1
    var sourceAddress: Piece = 0..<0
    var target: Piece = 0..<0
    var trace: Piece = 0..<0
    var version = 0

    /// Reads an entry; nil when it has another form than the one in which entries are written.
    init?(_ bytes: UnsafeRawBufferPointer) {
        var scanner = EntryScanner(bytes)
        guard scanner.take("{") else { return nil }
        var last = -1
        repeat {
            guard let key = scanner.string(), scanner.take(":"),
                let name = Self.names.indices.dropFirst(last + 1).first(where: { scanner.holds(Self.names[$0], key) }),
                read(name, from: &scanner)
            else { return nil }
            last = name
        } while scanner.take(",")
        guard scanner.take("}"), scanner.isAtEnd, version == CanonicalEntry.version, sequence >= 0, !action.isEmpty,
            !phase.isEmpty
        else { return nil }
    }

    /// In the order in which they stand.
    private static let names: [StaticString] = [
        "action", "actor", "at", "auth", "details", "environment", "flags", "intent", "outcome", "payload_sha256",
        "phase", "plan", "reason", "seq", "src_ip", "target", "trace", "v",
    ]

    private mutating func read(_ name: Int, from scanner: inout EntryScanner) -> Bool {
        switch name {
        case 0: Self.set(&action, scanner.string())
        case 1: Self.set(&actor, scanner.string())
        case 2: Self.set(&at, scanner.integer())
        case 3: Self.set(&authentication, scanner.string())
        case 4: Self.set(&details, scanner.object())
        case 5: Self.set(&environment, scanner.string())
        case 6: Self.set(&flags, scanner.array())
        case 7: Self.set(&intent, scanner.integer())
        case 8: Self.set(&outcome, scanner.string())
        case 9: Self.set(&payload, scanner.string())
        case 10: Self.set(&phase, scanner.string())
        case 11: Self.set(&plan, scanner.string())
        case 12: Self.set(&reason, scanner.string())
        case 13: Self.set(&sequence, scanner.integer())
        case 14: Self.set(&sourceAddress, scanner.string())
        case 15: Self.set(&target, scanner.string())
        case 16: Self.set(&trace, scanner.string())
        default: Self.set(&version, scanner.integer())
        }
    }

    private static func set<Value>(_ member: inout Value, _ value: Value?) -> Bool {
        guard let value else { return false }
        member = value
        return true
    }

    private static func set(_ member: inout Int?, _ value: Int?) -> Bool {
        member = value
        return value != nil
    }
}

/// Goes through the bytes of a canonical entry.
struct EntryScanner {
    private let bytes: UnsafeRawBufferPointer
    private var offset = 0

    init(_ bytes: UnsafeRawBufferPointer) {
        self.bytes = bytes
    }

    var isAtEnd: Bool { offset == bytes.count }

    mutating func take(_ character: Unicode.Scalar) -> Bool {
        guard offset < bytes.count, bytes[offset] == UInt8(truncatingIfNeeded: character.value) else { return false }
        offset += 1
        return true
    }

    func holds(_ text: StaticString, _ piece: Range<Int>) -> Bool {
        Self.holds(text, UnsafeRawBufferPointer(rebasing: bytes[piece]))
    }

    static func holds(_ text: StaticString, _ bytes: UnsafeRawBufferPointer) -> Bool {
        let count = text.utf8CodeUnitCount
        guard bytes.count == count else { return false }
        for index in 0..<count where text.utf8Start[index] != bytes[index] { return false }
        return true
    }

    /// A string's text between its quotes, still escaped.
    mutating func string() -> Range<Int>? {
        guard take("\"") else { return nil }
        let start = offset
        while true {
            skipPlain()
            guard offset < bytes.count else { return nil }
            let byte = bytes[offset]
            if byte == UInt8(ascii: "\"") {
                offset += 1
                return start..<offset - 1
            }
            guard byte >= 0x20 else { return nil }
            offset += byte == UInt8(ascii: "\\") ? 2 : 1
        }
    }

    /// Skips bytes that are neither quote, backslash nor control, eight at a time: a byte of a word is found as the lowest
    /// one that becomes 0, or falls below 0, when something is taken from it.
    private mutating func skipPlain() {
        let (ones, highs) = (0x0101_0101_0101_0101 as UInt64, 0x8080_8080_8080_8080 as UInt64)
        while offset + 8 <= bytes.count {
            let word = UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
            let quote = word ^ (ones &* 0x22)
            let backslash = word ^ (ones &* 0x5c)
            let found =
                (((quote &- ones) & ~quote) | ((backslash &- ones) & ~backslash) | ((word &- ones &* 0x20) & ~word))
                & highs
            guard found == 0 else {
                offset += found.trailingZeroBitCount / 8
                return
            }
            offset += 8
        }
    }

    /// An integer in its one spelling.
    mutating func integer() -> Int? {
        let start = offset
        let isNegative = take("-")
        var value = 0
        let digits = offset
        while offset < bytes.count, (0x30...0x39).contains(bytes[offset]), offset - digits < 18 {
            value = value * 10 + Int(bytes[offset] - 0x30)
            offset += 1
        }
        let count = offset - digits
        guard count > 0, count == 1 || bytes[digits] != 0x30, !(isNegative && value == 0) else {
            offset = start
            return nil
        }
        return isNegative ? -value : value
    }

    /// An object of strings, its braces included.
    mutating func object() -> Range<Int>? {
        let start = offset
        guard take("{") else { return nil }
        repeat {
            guard string() != nil, take(":"), string() != nil else { return nil }
        } while take(",")
        return take("}") ? start..<offset : nil
    }

    /// An array of strings, its brackets included.
    mutating func array() -> Range<Int>? {
        let start = offset
        guard take("[") else { return nil }
        repeat {
            guard string() != nil else { return nil }
        } while take(",")
        return take("]") ? start..<offset : nil
    }
}
