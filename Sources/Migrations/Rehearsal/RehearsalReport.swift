/// What a rehearsal found out, for people, for programs, and as evidence of a plan.
package struct RehearsalReport: Sendable, Codable {
    package var statements: [StatementRecord] = []
    /// By the name of the migration.
    package var wayBack: [String: WayBack] = [:]
    package var coverage = Coverage()
    /// Migrations that were not tried, because an earlier statement failed.
    package var notRehearsed: [String] = []

    package init() {}

    /// What one statement did.
    package struct StatementRecord: Sendable, Codable {
        package let migration: String
        package let phase: MigrationPhase
        package let position: SQLPosition
        package let statement: String
        package let verdict: RehearsalFinding.Severity
        package let durationMilliseconds: Double
        package let writeAheadLogBytes: Int
        package let locks: [String]
        package let messages: [String]
        package let findings: [RehearsalFinding]
    }

    /// How much of what the running release asks is known.
    package struct Coverage: Sendable, Codable {
        package var statements = 0
        /// Statements that could not be tried on the unchanged schema.
        package var unproved: [String] = []
        package var gaps: [String] = []

        /// Without statements, or with gaps, nothing found does not mean that nothing breaks.
        package var isComplete: Bool { statements > 0 && unproved.isEmpty && gaps.isEmpty }
    }

    /// The worst of all findings; nil when there is none.
    package var verdict: RehearsalFinding.Severity? { statements.map(\.verdict).max() }

    /// The migrations that cannot be taken back as far as their schema, in their order.
    package var irreversible: [String] { wayBack.filter { $0.value.kind == .irreversible }.map(\.key).sorted() }
}

extension RehearsalReport.StatementRecord {
    init(_ trace: StatementTrace, of migration: Migration, findings: [RehearsalFinding]) {
        let sorted = findings.sorted { $0.severity > $1.severity }
        self.init(
            migration: migration.name.rawValue, phase: trace.phase, position: trace.statement.position,
            statement: trace.statement.text, verdict: sorted.first?.severity ?? .note,
            durationMilliseconds: trace.duration / .milliseconds(1), writeAheadLogBytes: trace.writeAheadLogBytes,
            locks: trace.newLocks { $0 > .nothing }, messages: trace.messages,
            findings: sorted)
    }
}
