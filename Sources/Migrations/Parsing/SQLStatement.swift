/// One statement of an SQL file.
package struct SQLStatement: Sendable, Equatable {
    /// As written, without its semicolon and the blanks and comments around it.
    package let text: String
    /// Of its first character.
    package let position: SQLPosition
    package let kind: SQLStatementKind
    /// The same for statements that differ in values and layout only; libpg_query's.
    package let fingerprint: String
    /// Where values are to be put in, in the order of the text: `$1`, `$2`.
    package let placeholders: [SQLPlaceholder]

    package init(
        text: String, position: SQLPosition, kind: SQLStatementKind, fingerprint: String,
        placeholders: [SQLPlaceholder] = []
    ) {
        self.text = text
        self.position = position
        self.kind = kind
        self.fingerprint = fingerprint
        self.placeholders = placeholders
    }

    /// Whether the server refuses it inside a transaction block.
    package var runsOutsideTransaction: Bool { kind.runsOutsideTransaction }

    func moved(byLines lines: Int) -> SQLStatement {
        SQLStatement(
            text: text, position: position.moved(byLines: lines), kind: kind, fingerprint: fingerprint,
            placeholders: placeholders)
    }

    /// The text with each placeholder replaced by a literal; the values are counted from 1, as placeholders are.
    package func text(withLiterals values: [String]) -> String {
        var bytes = Array(text.utf8)
        for placeholder in placeholders.reversed() where values.indices.contains(placeholder.number - 1) {
            bytes.replaceSubrange(placeholder.range, with: values[placeholder.number - 1].asSQLLiteral.utf8)
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}

/// A place in a statement where a value is to be put in.
package struct SQLPlaceholder: Sendable, Equatable {
    /// 1 for `$1`.
    package let number: Int
    /// In bytes of the statement's UTF-8 text.
    package let range: Range<Int>
}
