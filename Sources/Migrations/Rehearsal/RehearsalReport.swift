/// What a rehearsal found out, for people, for programs, and as evidence of a plan.
package struct RehearsalReport: Sendable, Codable {
    package var statements: [StatementRecord] = []
    /// By the name of the migration.
    package var wayBack: [String: WayBack] = [:]
    package var coverage = Coverage()
    /// Migrations that were not tried, because an earlier statement failed.
    package var notRehearsed: [String] = []
    /// What a running release met on the migrated clone, beside what single statements did.
    package var releaseFindings: [RehearsalFinding] = []
    /// How long each part took, in the order in which they were done.
    package var parts: [Part] = []

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

    /// A part of a rehearsal and how long it took.
    package struct Part: Sendable, Codable {
        package let name: String
        package fileprivate(set) var seconds: Double
    }

    /// How much of what the running release asks is known.
    package struct Coverage: Sendable, Codable {
        package var statements = 0
        /// Statements that could not be tried on the unchanged schema.
        package var unproved: [String] = []
        package var gaps: [String] = []
        /// Releases whose web process was started on the migrated clone and probed.
        package var releases: [String] = []

        /// Without statements, or with gaps, nothing found does not mean that nothing breaks.
        package var isComplete: Bool { statements > 0 && unproved.isEmpty && gaps.isEmpty }
    }

    /// Adds time to a part; a new part comes last, or first.
    package mutating func add(_ part: String, took: Duration, first: Bool = false) {
        let seconds = took / .seconds(1)
        if let index = parts.firstIndex(where: { $0.name == part }) {
            parts[index].seconds += seconds
        } else {
            parts.insert(Part(name: part, seconds: seconds), at: first ? 0 : parts.count)
        }
    }

    /// The worst of all findings; nil when there is none.
    package var verdict: RehearsalFinding.Severity? {
        (statements.map(\.verdict) + releaseFindings.map(\.severity)).max()
    }

    /// What stops the migration, each on one line with the place of its statement; the worst first.
    package var obstacles: [String] {
        let found = statements.flatMap { record in
            record.findings.map { (place: "\(record.position): ", finding: $0) }
        }
        return (found + releaseFindings.map { (place: "", finding: $0) }).filter(\.finding.severity.stops)
            .sorted { $0.finding.severity > $1.finding.severity }
            .map { ($0.place + $0.finding.message + ($0.finding.advice.map { " Instead: \($0)" } ?? "")).onOneLine }
    }

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

extension String {
    /// Without line breaks and long gaps, and not longer than `RehearsalLimits.obstacle`.
    package var onOneLine: String {
        let line = split(whereSeparator: \.isWhitespace).joined(separator: " ")
        return line.count > RehearsalLimits.obstacle ? "\(line.prefix(RehearsalLimits.obstacle))…" : line
    }
}
