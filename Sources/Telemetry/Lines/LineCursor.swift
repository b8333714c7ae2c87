/// Goes through the words of a line, which are separated by single spaces; copies nothing.
struct LineCursor {
    private let bytes: UnsafeRawBufferPointer
    private var position = 0
    /// Whether something else was met than was asked for.
    private(set) var isMalformed = false

    init(_ bytes: UnsafeRawBufferPointer) {
        self.bytes = bytes
    }

    mutating func word() -> UnsafeRawBufferPointer {
        let start = position
        while position < bytes.count, bytes[position] != Byte.space { position += 1 }
        if position == start { isMalformed = true }
        let end = position
        position = min(end + 1, bytes.count)
        return UnsafeRawBufferPointer(rebasing: bytes[start..<end])
    }

    /// A whole number; nil for the hyphen that stands for none.
    mutating func integer() -> Int? {
        var value = 0
        var digits = 0
        let isNegative = position < bytes.count && bytes[position] == Byte.hyphen
        if isNegative { position += 1 }
        while position < bytes.count, bytes[position] != Byte.space {
            let digit = bytes[position] &- Byte.zero
            guard digit < 10, digits < 20 else {
                isMalformed = true
                return nil
            }
            value = value &* 10 &+ Int(digit)
            digits += 1
            position += 1
        }
        position = min(position + 1, bytes.count)
        guard digits > 0 else {
            if !isNegative { isMalformed = true }
            return nil
        }
        return isNegative ? 0 &- value : value
    }

    /// All that is left, spaces too.
    mutating func rest() -> UnsafeRawBufferPointer {
        defer { position = bytes.count }
        return UnsafeRawBufferPointer(rebasing: bytes[position...])
    }
}

/// Bytes that mean something in a line.
enum Byte {
    static let space = UInt8(ascii: " ")
    static let hyphen = UInt8(ascii: "-")
    static let zero = UInt8(ascii: "0")
    static let slash = UInt8(ascii: "/")
}
