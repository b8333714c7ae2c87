/// Why a migration cannot be drafted.
package enum ScaffoldError: Error, Equatable {
    case form(SchemaChange.Kind, String)
    case name(String)
    /// The type of a column is in none of the migrations.
    case unknownType(ColumnReference)
    /// What was asked for makes no SQL.
    case noSQL(MigrationPhase, message: String)
    case taken(path: String)
    case unwritable(path: String, reason: String)
}

extension ScaffoldError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .form(let kind, let text):
            "'\(text)' cannot be read: write --\(kind.rawValue) \(kind.form)."
        case .name(let text):
            "'\(text)' is no name for a migration: use 1 to 64 lower-case letters, digits and underscores."
        case .unknownType(let column):
            "No migration in the folder says which type \(column) has: add --type TYPE."
        case .noSQL(let phase, let message):
            "The \(phase.rawValue) step would be no SQL (\(message)): look at the names, type or value that you gave."
        case .taken(let path):
            "\(path) is there already: nothing was written."
        case .unwritable(let path, let reason):
            "\(path) cannot be written: \(reason)."
        }
    }
}
