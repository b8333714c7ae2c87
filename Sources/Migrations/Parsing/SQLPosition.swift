/// A place in an SQL file.
package struct SQLPosition: Sendable, Hashable, Codable {
    package let file: String
    /// From 1.
    package let line: Int
    /// In Unicode code points, from 1.
    package let column: Int

    package init(file: String, line: Int, column: Int) {
        self.file = file
        self.line = line
        self.column = column
    }

    func moved(byLines lines: Int) -> SQLPosition {
        SQLPosition(file: file, line: line + lines, column: column)
    }
}

extension SQLPosition: CustomStringConvertible {
    package var description: String { "\(file):\(line):\(column)" }
}

/// Walks forward through a file's text and says where it is.
struct SQLTextCursor {
    private let file: String
    private let bytes: [UInt8]
    private var byte = 0
    private var line = 1
    private var column = 1

    init(file: String, text: String) {
        self.file = file
        bytes = Array(text.utf8)
    }

    /// The place of a byte, which is not before the one that was asked for last.
    mutating func position(ofByte target: Int) -> SQLPosition {
        while byte < min(target, bytes.count) {
            if bytes[byte] == UInt8(ascii: "\n") {
                (line, column) = (line + 1, 1)
            } else if bytes[byte] & 0xC0 != 0x80 {
                column += 1
            }
            byte += 1
        }
        return SQLPosition(file: file, line: line, column: column)
    }

    func text(_ range: Range<Int>) -> String {
        String(decoding: bytes[range.clamped(to: 0..<bytes.count)], as: UTF8.self)
    }
}

extension String {
    /// The lines as the server counts them, without their ends; the last one may be empty.
    var sqlLines: [Substring] {
        // A carriage return and the line feed behind it are one character in Swift.
        split(omittingEmptySubsequences: false) { $0 == "\n" || $0 == "\r\n" }
    }
}
