/// Something that a check or a rehearsal found in a migration.
package struct Finding: Sendable, Equatable, Codable {
    /// How much it matters.
    package enum Severity: String, Sendable, Codable, Comparable {
        /// Good to know; nothing is refused for it.
        case note
        /// Would hurt the running release or its users.
        case dangerous
        /// Cannot be read or run at all.
        case unusable

        package static func < (left: Self, right: Self) -> Bool { left.rank < right.rank }

        private var rank: Int {
            switch self {
            case .note: 0
            case .dangerous: 1
            case .unusable: 2
            }
        }
    }

    package let rule: FindingRule
    package let severity: Severity
    /// Below the folder of migrations; empty for the folder itself.
    package let file: String
    /// From 1; nil where the whole file or folder is meant.
    package let line: Int?
    package let column: Int?
    /// The statement that it is about, as written.
    package let statement: String?
    /// One sentence, without the place.
    package let message: String
    /// What to write instead: SQL, or one sentence.
    package let instead: String?

    /// A finding about a whole file.
    package init(
        _ rule: FindingRule, _ severity: Severity, file: String, _ message: String, instead: String? = nil
    ) {
        self.init(rule, severity, file: file, position: nil, statement: nil, message, instead: instead)
    }

    /// A finding at a place.
    package init(
        _ rule: FindingRule, _ severity: Severity, at position: SQLPosition, _ message: String, instead: String? = nil
    ) {
        self.init(rule, severity, file: position.file, position: position, statement: nil, message, instead: instead)
    }

    /// A finding about a statement.
    package init(
        _ rule: FindingRule, _ severity: Severity, about statement: SQLStatement, _ message: String,
        instead: String? = nil
    ) {
        self.init(
            rule, severity, file: statement.position.file, position: statement.position, statement: statement.text,
            message, instead: instead)
    }

    private init(
        _ rule: FindingRule, _ severity: Severity, file: String, position: SQLPosition?, statement: String?,
        _ message: String, instead: String?
    ) {
        self.rule = rule
        self.severity = severity
        self.file = file
        line = position?.line
        column = position?.column
        self.statement = statement
        self.message = message
        self.instead = instead
    }
}
