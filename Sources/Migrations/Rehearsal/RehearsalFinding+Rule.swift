extension RehearsalReport {
    /// The findings in the form of a check's, with their places.
    package var findings: [Finding] {
        statements.flatMap { record in
            record.findings.map { finding in
                Finding(
                    finding.rule.asFindingRule, finding.severity.stops ? .dangerous : .note, at: record.position,
                    finding.message, instead: finding.advice)
            }
        }
            + releaseFindings.map { finding in
                Finding(
                    finding.rule.asFindingRule, finding.severity.stops ? .dangerous : .note, file: "", finding.message)
            }
    }
}

extension String {
    /// A rule of the rehearsal with its sentence.
    fileprivate var asFindingRule: FindingRule {
        FindingRule(id: self, summary: Self.summaries[self] ?? "Running code meets another schema than it knows.")
    }

    private static let summaries = [
        "refused": "The server refuses the statement, for today's data or for lack of a right.",
        "unusable-key": "Along the key of a backfill rows could be missed, so that it cannot run.",
        "brief-lock": "A lock that the application would feel is held for less than the budget.",
        "long-lock": "A lock keeps the application from its rows for longer than the budget.",
        "rewrite-under-lock": "A table is written anew while the application cannot use it.",
        "scan-under-lock": "A table is read whole while the application cannot use or write it.",
        "bulk-change": "One transaction changes or locks so many rows that writers have to wait for it.",
        "invalid-index": "An index is left behind that no query uses.",
        "breaks-release": "A release that runs does not work on the migrated clone.",
        "breaks-statement": "A statement of the running release fails on the changed schema.",
        RehearsalFinding.violatedConstraint: "The running release writes rows that a new constraint refuses.",
        "new-constraint": "The database refuses rows that it took before.",
        "required-column": "The running release inserts rows without a column that needs a value.",
        "dropped-default": "The running release inserts rows without a value that was filled in before.",
        "changed-type": "A column that the running release reads and writes gets another type.",
        "wider-type": "A column holds more than before; prepared statements meet an error once.",
        "lost-label": "A label of an enumeration that the running release uses is gone.",
        "lost-privilege": "A role may do less than before.",
        "rewound-sequence": "A sequence gives out numbers again that the running release got before.",
        "ending-sequence": "A sequence ends sooner than before.",
        "stops-trigger": "A trigger no longer does its part of what the running release writes.",
        "stops-rule": "A rule no longer does its part of what the running release writes.",
        "refused-write": "A trigger keeps the running release from writing a row that it can write now.",
        "changed-setting": "New sessions of the running release begin with other settings.",
        "row-security": "Rows are hidden from the running release without an error.",
    ]
}
