/// Reads JSON (RFC 8259) strictly: UTF-8, no key twice in one object, nothing after the value, a limit for nesting.
struct OrderedJSONReader {
    private let bytes: [UInt8]
    private var position = 0

    static func read(_ bytes: [UInt8]) throws(SecretsError) -> OrderedJSON {
        var reader = OrderedJSONReader(bytes: bytes)
        let value = try reader.value(depth: 0)
        reader.skipSpace()
        guard reader.position == bytes.count else { throw reader.fault("something follows the value") }
        return value
    }

    private mutating func value(depth: Int) throws(SecretsError) -> OrderedJSON {
        guard depth <= Limits.nesting else { throw fault("more than \(Limits.nesting) levels") }
        skipSpace()
        switch peek {
        case UInt8(ascii: "{"): return try object(depth: depth)
        case UInt8(ascii: "["): return try array(depth: depth)
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "t"): return try word("true", .bool(true))
        case UInt8(ascii: "f"): return try word("false", .bool(false))
        case UInt8(ascii: "n"): return try word("null", .null)
        default: return try number()
        }
    }

    private mutating func object(depth: Int) throws(SecretsError) -> OrderedJSON {
        position += 1
        var members: [OrderedJSON.Member] = []
        var keys: Set<String> = []
        skipSpace()
        if take("}") { return .object(members) }
        repeat {
            skipSpace()
            guard peek == UInt8(ascii: "\"") else { throw fault("a key is missing") }
            let key = try string()
            guard keys.insert(key).inserted else { throw fault("the key '\(key)' is there twice") }
            skipSpace()
            guard take(":") else { throw fault("a colon is missing") }
            members.append(OrderedJSON.Member(key: key, value: try value(depth: depth + 1)))
            skipSpace()
        } while take(",")
        guard take("}") else { throw fault("a comma or closing brace is missing") }
        return .object(members)
    }

    private mutating func array(depth: Int) throws(SecretsError) -> OrderedJSON {
        position += 1
        var elements: [OrderedJSON] = []
        skipSpace()
        if take("]") { return .array(elements) }
        repeat {
            elements.append(try value(depth: depth + 1))
            skipSpace()
        } while take(",")
        guard take("]") else { throw fault("a comma or closing bracket is missing") }
        return .array(elements)
    }

    private mutating func number() throws(SecretsError) -> OrderedJSON {
        let start = position
        _ = take("-")
        guard takeDigits(leadingZero: false) else { throw fault("no value") }
        if take(".") {
            guard takeDigits(leadingZero: true) else { throw fault("a digit is missing") }
        }
        if take("e") || take("E") {
            if !take("+") { _ = take("-") }
            guard takeDigits(leadingZero: true) else { throw fault("a digit is missing") }
        }
        return .number(String(decoding: bytes[start..<position], as: UTF8.self))
    }

    private mutating func takeDigits(leadingZero: Bool) -> Bool {
        let start = position
        while let peek, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(peek) { position += 1 }
        guard position > start else { return false }
        return leadingZero || position == start + 1 || bytes[start] != UInt8(ascii: "0")
    }

    private mutating func word(_ word: String, _ value: OrderedJSON) throws(SecretsError) -> OrderedJSON {
        guard bytes[position...].starts(with: word.utf8) else { throw fault("no value") }
        position += word.utf8.count
        return value
    }
}

extension OrderedJSONReader {
    private init(bytes: [UInt8]) {
        self.bytes = bytes
    }

    private mutating func string() throws(SecretsError) -> String {
        position += 1
        var text: [UInt8] = []
        while let byte = peek {
            position += 1
            switch byte {
            case UInt8(ascii: "\""):
                guard let text = String(validating: text, as: UTF8.self) else { throw fault("a text is no UTF-8") }
                return text
            case UInt8(ascii: "\\"): try text.append(contentsOf: escape().utf8)
            case 0..<0x20: throw fault("a text holds a control character")
            default: text.append(byte)
            }
        }
        throw fault("a text does not end")
    }

    private mutating func escape() throws(SecretsError) -> String {
        let byte = peek
        position += 1
        switch byte {
        case UInt8(ascii: "\""): return "\""
        case UInt8(ascii: "\\"): return "\\"
        case UInt8(ascii: "/"): return "/"
        case UInt8(ascii: "b"): return "\u{8}"
        case UInt8(ascii: "f"): return "\u{c}"
        case UInt8(ascii: "n"): return "\n"
        case UInt8(ascii: "r"): return "\r"
        case UInt8(ascii: "t"): return "\t"
        case UInt8(ascii: "u"): return try codePoint()
        default: throw fault("an escape is unknown")
        }
    }

    /// Of one \u escape, or of two that are a surrogate pair.
    private mutating func codePoint() throws(SecretsError) -> String {
        let first = try hexadecimal()
        var units = [first]
        if (0xD800..<0xDC00).contains(first) {
            guard take("\\"), take("u") else { throw fault("half a surrogate pair") }
            units.append(try hexadecimal())
        }
        guard let text = String(validating: units, as: UTF16.self) else { throw fault("half a surrogate pair") }
        return text
    }

    private mutating func hexadecimal() throws(SecretsError) -> UInt16 {
        let digits = bytes[position...].prefix(4)
        guard digits.count == 4, digits.allSatisfy({ Character(UnicodeScalar($0)).isHexDigit }),
            let value = UInt16(String(decoding: digits, as: UTF8.self), radix: 16)
        else { throw fault("a \\u escape has no four digits") }
        position += 4
        return value
    }

    private var peek: UInt8? { position < bytes.count ? bytes[position] : nil }

    private mutating func take(_ character: Unicode.Scalar) -> Bool {
        guard peek == UInt8(ascii: character) else { return false }
        position += 1
        return true
    }

    private mutating func skipSpace() {
        while let peek, [0x20, 0x09, 0x0A, 0x0D].contains(peek) { position += 1 }
    }

    private func fault(_ reason: String) -> SecretsError {
        let line = bytes[..<min(position, bytes.count)].count { $0 == UInt8(ascii: "\n") } + 1
        return .unreadableFile(reason: "it is no JSON, line \(line): \(reason)")
    }
}
