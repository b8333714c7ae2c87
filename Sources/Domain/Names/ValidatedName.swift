/// A name that people type and that becomes part of file names, host names, role names and backend names.
package protocol ValidatedName: RawRepresentable, Codable, Hashable, Sendable, Comparable, CustomStringConvertible,
    CodingKeyRepresentable
where RawValue == String {
    /// What the name names, as it stands in an error sentence: "environment", "release".
    static var noun: String { get }
    /// The rule in words, as it stands in an error sentence.
    static var rule: String { get }
    /// Whether the text keeps the rule.
    static func accepts(_ text: String) -> Bool
    /// Makes the name without asking the rule; use `init(_:)`.
    init(unchecked rawValue: String)
}

/// A name that breaks its rule.
package struct InvalidName: Error, Equatable, CustomStringConvertible {
    package let noun: String
    package let text: String
    package let rule: String

    package var description: String { "'\(text)' is no valid \(noun) name: use \(rule)." }
}

extension ValidatedName {
    /// Takes a text that keeps the rule; throws `InvalidName` otherwise.
    package init(_ text: String) throws(InvalidName) {
        guard Self.accepts(text) else { throw InvalidName(noun: Self.noun, text: text, rule: Self.rule) }
        self.init(unchecked: text)
    }

    package init?(rawValue: String) {
        guard Self.accepts(rawValue) else { return nil }
        self.init(unchecked: rawValue)
    }

    package init(from decoder: any Decoder) throws {
        try self.init(decoder.singleValueContainer().decode(String.self))
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(rawValue)
    }

    package var description: String { rawValue }

    package static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }
}

extension String {
    /// Whether the text is 1...`limit` characters of a-z, 0-9 and hyphen, and begins with a letter.
    package func isLowercaseName(limit: Int) -> Bool {
        guard let first = utf8.first, (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(first) else { return false }
        return utf8.count <= limit
            && utf8.allSatisfy { byte in
                (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
                    || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
                    || byte == UInt8(ascii: "-")
            }
    }
}

extension String {
    /// A text of at most `limit` bytes (20 or more) that stands for this one: itself where it fits, otherwise its
    /// beginning and a hash of all of it, the same at every time and on every machine.
    package func shortened(toBytes limit: Int) -> String {
        guard utf8.count > limit else { return self }
        // FNV-1a: short, and Swift's own hash differs from process to process.
        let hash = utf8.reduce(into: UInt64(0xcbf2_9ce4_8422_2325)) { hash, byte in
            hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01b3
        }
        let digits = String(hash, radix: 16)
        let padded = String(repeating: "0", count: 16 - digits.count) + digits
        return String(decoding: utf8.prefix(limit - padded.utf8.count - 1), as: UTF8.self) + "-" + padded
    }
}
