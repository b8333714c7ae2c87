import Postgres

/// Tells of constraints for new rows only that rows of today break, so that the running release writes such rows.
struct ConstraintTrial {
    let limits: RehearsalLimits

    func judgements(
        of compatibility: CatalogCompatibility, on connection: PostgresConnection
    ) async throws -> [CatalogCompatibility.Judgement] {
        var judgements: [CatalogCompatibility.Judgement] = []
        for constraint in compatibility.difference.added
        where constraint.kind == .constraint && constraint.facts["valid"] == "false" {
            guard let whole = constraint.parent,
                let reason = try await violation(of: constraint, in: compatibility, on: connection)
            else { continue }
            let finding = RehearsalFinding(
                .incompatible, RehearsalFinding.violatedConstraint,
                "Rows of today break \(constraint.name), so code that is running writes such rows, which \(whole) "
                    + "refuses from now on: \(reason).")
            judgements.append(CatalogCompatibility.Judgement(object: constraint, finding: finding))
        }
        return judgements
    }

    /// The next step must find the constraint as the migration left it.
    private func violation(
        of constraint: CatalogObject, in compatibility: CatalogCompatibility, on connection: PostgresConnection
    ) async throws -> String? {
        let whole = constraint.parent ?? ""
        let kind = compatibility.after[.domain, whole] == nil ? "TABLE" : "DOMAIN"
        try await connection.execute("BEGIN")
        var reason: String?
        do {
            try await connection.execute(
                """
                ALTER \(unescaped: kind) \(unescaped: whole.asQualifiedIdentifier)
                VALIDATE CONSTRAINT \(identifier: constraint.name)
                """, deadline: limits.statement)
        } catch PostgresError.server(_, let message, _, _) {
            reason = message
        }
        try await connection.execute("ROLLBACK")
        return reason
    }
}
