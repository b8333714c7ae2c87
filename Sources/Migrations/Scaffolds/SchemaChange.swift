/// A change that takes more than one statement where nobody may wait or break.
package enum SchemaChange: Sendable, Equatable {
    /// The kinds of change, by the options that ask for them.
    package enum Kind: String, Sendable, CaseIterable {
        case rename = "rename"
        case changeType = "change-type"
        case addColumn = "add-column"
        case addNotNull = "add-not-null"
        case addForeignKey = "add-foreign-key"
        case addIndex = "add-index"
        case dropColumn = "drop-column"

        /// How its value is written.
        package var form: String {
            switch self {
            case .rename: "TABLE.OLD:NEW"
            case .changeType, .addColumn: "TABLE.COLUMN:TYPE"
            case .addNotNull: "TABLE.COLUMN:VALUE"
            case .addForeignKey: "TABLE.COLUMN:OTHER.COLUMN"
            case .addIndex: "TABLE.COLUMN[,COLUMN]"
            case .dropColumn: "TABLE.COLUMN"
            }
        }
    }

    case rename(ColumnReference, to: String)
    case changeType(ColumnReference, to: String)
    case addColumn(ColumnReference, type: String)
    /// `value` is SQL: what rows get that have none.
    case addNotNull(ColumnReference, value: String)
    case addForeignKey(ColumnReference, references: ColumnReference)
    case addIndex(RelationName, columns: [String])
    case dropColumn(ColumnReference)

    /// Reads the value of an option; throws `ScaffoldError.form`.
    package init(_ kind: Kind, _ text: String) throws {
        let parts = text.split(separator: ":", maxSplits: 1).map(String.init)
        guard let first = parts.first, let column = ColumnReference(first) else { throw ScaffoldError.form(kind, text) }
        let second = parts.count == 2 ? parts[1] : nil
        switch (kind, second) {
        case (.rename, let name?): self = .rename(column, to: name)
        case (.changeType, let type?): self = .changeType(column, to: type)
        case (.addColumn, let type?): self = .addColumn(column, type: type)
        case (.addNotNull, let value?): self = .addNotNull(column, value: value)
        case (.addForeignKey, let other?):
            guard let other = ColumnReference(other) else { throw ScaffoldError.form(kind, text) }
            self = .addForeignKey(column, references: other)
        case (.addIndex, nil):
            let columns = column.column.split(separator: ",").map { $0.trimmingPrefix(while: \.isWhitespace) }
            self = .addIndex(column.table, columns: columns.map(String.init))
        case (.dropColumn, nil): self = .dropColumn(column)
        default: throw ScaffoldError.form(kind, text)
        }
    }

    /// A name for a migration that does this.
    package var suggestedName: String {
        let words =
            switch self {
            case .rename(let column, let new): "rename_\(column)_to_\(new)"
            case .changeType(let column, let type): "change_type_of_\(column)_to_\(type)"
            case .addColumn(let column, _): "add_\(column)"
            case .addNotNull(let column, _): "require_\(column)"
            case .addForeignKey(let column, let other): "link_\(column)_to_\(other.table)"
            case .addIndex(let table, let columns): "index_\(table)_\(columns.joined(separator: "_"))"
            case .dropColumn(let column): "drop_\(column)"
            }
        return words.asSnakeCase
    }
}

extension String {
    /// Lower-case letters and digits in words with underscores between them, 64 at the most.
    var asSnakeCase: String {
        let words = lowercased().split { !($0.isASCII && ($0.isLetter || $0.isNumber)) }
        return String(words.joined(separator: "_").prefix(64))
    }
}
