/// Why FreightOps refuses to start with the environment that it was given.
package enum SettingsError: Error, Equatable, CustomStringConvertible {
    case missing(variable: String, purpose: String)
    case invalid(variable: String, value: String, expected: String)
    /// The address is not repeated, because it may carry a password.
    case invalidDatabaseAddress(reason: String)

    package var description: String {
        switch self {
        case .missing(let variable, let purpose):
            "The environment variable \(variable) is missing; set it to \(purpose)."
        case .invalid(let variable, let value, let expected):
            "The environment variable \(variable) is \"\(value)\"; it must be \(expected)."
        case .invalidDatabaseAddress(let reason):
            "The environment variable DATABASE_URL cannot be used: \(reason)"
        }
    }
}
