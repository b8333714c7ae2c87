/// Why a release's migrations cannot be read.
package enum MigrationError: Error, Equatable {
    case unreadable(path: String, reason: String)
    /// Something lies in the folder of migrations that has no business there.
    case unexpectedEntry(path: String, rule: String)
    /// The folder is there, and nothing in it is a migration.
    case empty(path: String)
    case sameTimestamp(MigrationName, MigrationName)
}

extension MigrationError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .unreadable(let path, let reason):
            "The migrations cannot be read: \(path) \(reason)."
        case .unexpectedEntry(let path, let rule):
            "\(path) does not belong among the migrations: \(rule)."
        case .empty(let path):
            "The folder \(path) holds no migrations: name another one, or draft one with 'switchyard migration new'."
        case .sameTimestamp(let first, let second):
            "The migrations \(first) and \(second) have the same time, so their order is unknown: rename one."
        }
    }
}
