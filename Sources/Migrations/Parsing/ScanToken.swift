import CPGQuery

/// A token of SQL text, as the server's scanner sees it.
struct ScanToken {
    /// In bytes of the UTF-8 text.
    private(set) var range = 0..<0
    /// By libpg_query's numbers (pg_query.proto, enums Token and KeywordKind).
    private var kind: UInt64 = 0
    private var keywordKind: UInt64 = 0

    var isComment: Bool { kind == Number.lineComment || kind == Number.blockComment }
    /// Whether it is `$1` or the like.
    var isParameter: Bool { kind == Number.parameter }
    /// Whether it is a value that stands in the text: a number, a text in any quotes, a bit string.
    var isConstant: Bool { Number.constants.contains(kind) }
    /// Whether it is a word that names something without quotes, everywhere.
    var isPlainName: Bool { kind == Number.identifier || keywordKind == Number.unreservedKeyword }

    /// Nothing for text that the scanner refuses: the parser says why.
    static func tokens(of sql: String) -> [ScanToken] {
        let result = pg_query_scan(sql)
        defer { pg_query_free_scan_result(result) }
        guard result.error == nil, let data = result.pbuf.data else { return [] }
        var tokens: [ScanToken] = []
        var message = ProtobufReader(UnsafeRawBufferPointer(start: data, count: result.pbuf.len))
        while let (field, value) = message.next() {
            if field == Field.tokens, case .message(let token) = value { tokens.append(ScanToken(message: token)) }
        }
        return tokens
    }

    private init(message: ProtobufReader) {
        var message = message
        var (start, end) = (0, 0)
        while let (field, value) = message.next() {
            guard case .number(let number) = value else { continue }
            switch field {
            case Field.start: start = Int(number)
            case Field.end: end = Int(number)
            case Field.token: kind = number
            case Field.keywordKind: keywordKind = number
            default: break
            }
        }
        range = start..<max(start, end)
    }

    private enum Number {
        static let identifier: UInt64 = 258
        static let parameter: UInt64 = 267
        /// FCONST, SCONST, USCONST, BCONST, XCONST and ICONST.
        static let constants: Set<UInt64> = [260, 261, 262, 263, 264, 266]
        static let lineComment: UInt64 = 275
        static let blockComment: UInt64 = 276
        static let unreservedKeyword: UInt64 = 1
    }

    /// The fields of the messages ScanResult and ScanToken.
    private enum Field {
        static let tokens: UInt64 = 2
        static let start: UInt64 = 1
        static let end: UInt64 = 2
        static let token: UInt64 = 4
        static let keywordKind: UInt64 = 5
    }
}

/// Reads the part of the Protocol Buffers wire format that a list of tokens needs: numbers, and messages in a message.
private struct ProtobufReader {
    private let bytes: UnsafeRawBufferPointer
    private var position: Int
    private let end: Int

    enum Value {
        case number(UInt64)
        case message(ProtobufReader)
    }

    init(_ bytes: UnsafeRawBufferPointer) {
        self.init(bytes, 0..<bytes.count)
    }

    private init(_ bytes: UnsafeRawBufferPointer, _ range: Range<Int>) {
        self.bytes = bytes
        position = range.lowerBound
        end = range.upperBound
    }

    /// The next field; nil at the end.
    mutating func next() -> (field: UInt64, value: Value)? {
        guard let key = nextNumber(), let number = nextNumber() else { return nil }
        switch key & 7 {
        case 0:
            return (key >> 3, .number(number))
        case 2 where number <= UInt64(end - position):
            defer { position += Int(number) }
            return (key >> 3, .message(ProtobufReader(bytes, position..<position + Int(number))))
        default:
            return nil
        }
    }

    /// A number of variable length: seven bits a byte, the lowest first.
    private mutating func nextNumber() -> UInt64? {
        var number: UInt64 = 0
        var shift: UInt64 = 0
        while position < end, shift < 64 {
            let byte = bytes[position]
            position += 1
            number |= UInt64(byte & 0x7F) << shift
            if byte & 0x80 == 0 { return number }
            shift += 7
        }
        return nil
    }
}
