/// One thing that is wrong in a settings file, and where.
package struct Problem: Equatable, Sendable, CustomStringConvertible {
    package let file: String
    /// Counted from 1.
    package let line: Int
    /// Counted from 1, in characters.
    package let column: Int
    /// What was found, what is allowed, and what was probably meant.
    package let sentence: String

    package var description: String { "\(file):\(line):\(column): \(sentence)" }
}

/// A settings file that cannot be taken.
package enum SettingsError: Error, Equatable, CustomStringConvertible {
    /// The system did not let the file be read; `reason` is the system's.
    case unreadable(file: String, reason: String)
    case tooLarge(file: String, limitBytes: Int)
    /// The file was read and refused whole; `omitted` problems are beyond `Limits.problems`.
    case invalid(problems: [Problem], omitted: Int)

    package var description: String {
        switch self {
        case .unreadable(let file, let reason):
            "Could not read \(file): \(reason)."
        case .tooLarge(let file, let limitBytes):
            "\(file) is larger than \(limitBytes / 1_024) KiB; settings files are not."
        case .invalid(let problems, let omitted):
            (problems.map(\.description) + (omitted > 0 ? ["… and \(omitted) more."] : [])).joined(separator: "\n")
        }
    }
}

/// What a settings file may grow to.
enum Limits {
    static let fileBytes = 256 * 1_024
    /// Problems told at once.
    static let problems = 20
    /// YAML aliases in a file: so few of them cannot multiply into a document that exhausts memory or time.
    static let aliases = 24
    /// Entries of a list or of a mapping with free names.
    static let entries = 256
    /// Bytes of one text.
    static let textBytes = 32 * 1_024
    /// Bytes of one PromQL expression.
    static let promQLBytes = 8 * 1_024
    /// Parentheses, calls and signs within each other in a PromQL expression, and groups in a pattern.
    static let promQLDepth = 100
    /// How often RE2 lets a pattern repeat something by a count.
    static let patternRepetitions = 1_000
    /// Metrics that guard an environment's releases.
    static let metricGuards = 32
}
