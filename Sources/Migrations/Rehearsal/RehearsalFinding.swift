import Postgres

/// Something that a rehearsal has to say about a statement or a migration.
package struct RehearsalFinding: Sendable, Equatable, Codable {
    package let severity: Severity
    /// A stable word for programs: `rewrite-under-lock`.
    package let rule: String
    /// What happened, in one sentence with today's figures.
    package let message: String
    /// What to write instead, as SQL.
    package var advice: String?

    /// How bad it is; only the last two stop a migration.
    package enum Severity: String, Sendable, Codable, Comparable, CaseIterable {
        /// Worth knowing.
        case note
        /// Harmless for the rows of today, but the database will not accept everything that it did.
        case warning
        /// Keeps the application from working for longer than the budget, or fails.
        case dangerous
        /// Breaks the release that is running.
        case incompatible

        package var stops: Bool { self >= .dangerous }

        package static func < (left: Self, right: Self) -> Bool {
            allCases.firstIndex(of: left)! < allCases.firstIndex(of: right)!
        }
    }

    package init(_ severity: Severity, _ rule: String, _ message: String, advice: String? = nil) {
        self.severity = severity
        self.rule = rule
        self.message = message
        self.advice = advice
    }
}

extension RehearsalFinding {
    /// What it means that the server has refused a statement.
    init(_ refusal: PostgresError) {
        let isForbidden = refusal.sqlState == "42501"
        let cause = isForbidden ? "The role that runs the migrations may not do it." : "Fails on today's data."
        self.init(.dangerous, "refused", "\(cause) \(refusal)")
    }

    /// The rule for rows of today that a new constraint refuses, which is no less so in a contraction.
    static let violatedConstraint = "violated-constraint"
}

extension RehearsalFinding: CustomStringConvertible {
    package var description: String { message }
}
