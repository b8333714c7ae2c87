/// What may stand in which phase: nothing that the running release uses is taken away before contract.
///
/// Only what is so by its form is said; whether a lock is too long or a constraint too tight is measured and proved by
/// a rehearsal.
struct PhaseRules {
    /// Checks `CHECK (column IS NOT NULL)` that were validated so far, by table and column.
    private var notNullChecks = NotNullChecks()

    /// What the phase forbids of these statements; steps are given in the order of their migrations.
    mutating func findings(in statements: [SQLStatement], of phase: MigrationPhase) -> [Finding] {
        var findings: [Finding] = []
        for (index, statement) in statements.enumerated() {
            switch phase {
            case .expand:
                let context = ExpandContext(
                    before: statements[..<index], after: statements[(index + 1)...], notNullChecks: notNullChecks)
                findings += context.findings(about: statement)
            case .contract:
                findings += Self.additions(in: statement, after: statements[..<index])
            case .backfill, .revert:
                break
            }
            if phase != .revert { notNullChecks.note(statement) }
        }
        return findings
    }

    /// Whether a file that knows no phases takes something away, so that it can only be a contract step.
    static func isContract(_ statements: [SQLStatement]) -> Bool {
        statements.indices.contains { index in
            let context = ExpandContext(
                before: statements[..<index], after: statements[(index + 1)...], notNullChecks: NotNullChecks())
            return context.findings(about: statements[index]).contains { $0.rule == .contractInExpand }
        }
    }

    /// What new code needs must be there before it.
    private static func additions(in statement: SQLStatement, after before: ArraySlice<SQLStatement>) -> [Finding] {
        let added: [String] =
            switch statement.kind {
            case .createTable(let table, _, _):
                before.contains { $0.kind.drops(table) } ? [] : ["the table \(table)"]
            case .alterTable(let table, let changes):
                changes.compactMap { change in
                    guard case .addColumn(let column) = change else { return nil }
                    return "the column \(column.name) of \(table)"
                }
            default: []
            }
        return added.map { thing in
            Finding(
                .expandInContract, .dangerous, about: statement,
                "A contract step makes \(thing), which new code can use only after it.",
                instead: "Put it into the expand step of an earlier migration.")
        }
    }
}

/// The checks `CHECK (column IS NOT NULL)` of the tables, as far as the statements so far tell.
struct NotNullChecks {
    private struct Check: Hashable {
        let table: RelationName
        let constraint: String?
    }

    private var columns: [Check: String] = [:]
    private var validated: Set<Check> = []

    mutating func note(_ statement: SQLStatement) {
        guard case .alterTable(let table, let changes) = statement.kind else { return }
        for change in changes {
            switch change {
            case .addConstraint(let constraint):
                guard let column = constraint.notNullColumn else { continue }
                let check = Check(table: table, constraint: constraint.name)
                columns[check] = column
                if constraint.isValidated { validated.insert(check) }
            case .validateConstraint(let name):
                validated.insert(Check(table: table, constraint: name))
            case .dropConstraint(let name, _):
                validated.remove(Check(table: table, constraint: name))
            default:
                break
            }
        }
    }

    func hold(_ column: String, of table: RelationName) -> Bool {
        validated.contains { $0.table == table && columns[$0] == column }
    }
}
