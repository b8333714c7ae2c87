/// A column of a table, as people write it: `loads.customer`.
package struct ColumnReference: Sendable, Equatable {
    package let table: RelationName
    package let column: String

    package init(table: RelationName, column: String) {
        self.table = table
        self.column = column
    }

    /// Reads `table.column` or `schema.table.column`; nil for anything else.
    package init?(_ text: String) {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
        guard (2...3).contains(parts.count), !parts.contains(""), let column = parts.last,
            let table = RelationName(parts: parts.dropLast())
        else { return nil }
        self.init(table: table, column: column)
    }
}

extension ColumnReference: CustomStringConvertible {
    package var description: String { "\(table).\(column)" }
}

extension String {
    /// The name as a person would write it in SQL: in quotes only where it must be.
    var asWrittenName: String {
        let tokens = ScanToken.tokens(of: self)
        let isPlain = tokens.count == 1 && tokens[0].isPlainName && !contains("\"") && self == lowercased()
        return isPlain ? self : asSQLIdentifier
    }
}

extension RelationName {
    /// The name as a person would write it in SQL.
    var asWritten: String { [schema, name].compactMap { $0?.asWrittenName }.joined(separator: ".") }
}
