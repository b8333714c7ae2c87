import Foundation

/// The JSON text of a parse tree, as libpg_query writes it: well formed, and without a blank outside of strings.
struct ParseTreeText {
    fileprivate let bytes: [UInt8]

    init(bytes: [UInt8]) { self.bytes = bytes }

    /// A string, number or truth value; nil for everything else.
    func leaf(at start: Int) -> Any? {
        let end = end(ofValueAt: start)
        guard start < end, bytes[start] != .brace, bytes[start] != .bracket else { return nil }
        return try? JSONSerialization.jsonObject(with: Data(bytes[start..<end]), options: .fragmentsAllowed)
    }

    /// Whether this text, which needs no escapes, is the string there.
    func isString(at start: Int, _ text: String) -> Bool {
        bytes[(start + 1)...].starts(with: text.utf8) && bytes[start + 1 + text.utf8.count] == .quote
    }

    /// The fields of an object or the elements of a list, one after another.
    struct Children {
        private let text: ParseTreeText
        /// Where its bracket is; nil for what has no children.
        private let opening: Int?
        private let isObject: Bool
        /// The value that was given last.
        private var last: Int?

        init(of text: ParseTreeText, at start: Int?) {
            self.text = text
            isObject = start.map { text.bytes[$0] == .brace } ?? false
            opening = start.flatMap { text.bytes[$0] == .brace || text.bytes[$0] == .bracket ? $0 : nil }
        }

        /// Where the next child's name (of a field) and value begin.
        mutating func next() -> (name: Int?, value: Int)? {
            // At the bracket, or at the comma or bracket behind the last value.
            guard let boundary = last.map(text.end(ofValueAt:)) ?? opening,
                last == nil ? !text.bytes[boundary + 1].isClosing : text.bytes[boundary] == .comma
            else { return nil }
            let name = isObject ? boundary + 1 : nil
            let value = name.map { text.end(ofValueAt: $0) + 1 } ?? boundary + 1
            last = value
            return (name, value)
        }
    }

    /// Behind the value that begins there.
    fileprivate func end(ofValueAt start: Int) -> Int {
        bytes.withUnsafeBufferPointer { bytes in
            var (position, depth, isInString) = (start, 0, false)
            while position < bytes.count {
                let byte = bytes[position]
                if isInString {
                    if byte == .backslash { position += 1 }
                    if byte == .quote { isInString = false }
                } else if byte == .quote {
                    isInString = true
                } else if byte == .brace || byte == .bracket {
                    depth += 1
                } else if byte.isClosing {
                    if depth == 0 { return position }
                    depth -= 1
                } else if byte == .comma || byte == .colon, depth == 0 {
                    return position
                }
                position += 1
            }
            return bytes.count
        }
    }
}

extension UInt8 {
    fileprivate static let quote = UInt8(ascii: "\"")
    fileprivate static let backslash = UInt8(ascii: "\\")
    fileprivate static let brace = UInt8(ascii: "{")
    fileprivate static let bracket = UInt8(ascii: "[")
    fileprivate static let comma = UInt8(ascii: ",")
    fileprivate static let colon = UInt8(ascii: ":")

    fileprivate var isClosing: Bool { self == UInt8(ascii: "}") || self == UInt8(ascii: "]") }
}
