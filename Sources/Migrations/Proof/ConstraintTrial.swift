import Postgres

/// Tells of constraints for new rows only that rows of today break, so that the running release writes such rows.
///
/// Of columns that the step itself adds no row of today tells anything: there it is tried whether a row can still be
/// written without them, as a trigger of the step may see to.
struct ConstraintTrial {
    let limits: RehearsalLimits

    func judgements(
        of compatibility: CatalogCompatibility, on connection: PostgresConnection
    ) async throws -> [CatalogCompatibility.Judgement] {
        var judgements: [CatalogCompatibility.Judgement] = []
        for constraint in compatibility.difference.added
        where constraint.kind == .constraint && constraint.facts["valid"] == "false" {
            guard let whole = constraint.parent,
                let violation = try await violation(of: constraint, in: compatibility, on: connection)
            else { continue }
            let finding = RehearsalFinding(
                .incompatible, RehearsalFinding.violatedConstraint,
                "\(violation.sign), which \(whole) refuses from now on: \(violation.reason).")
            judgements.append(CatalogCompatibility.Judgement(object: constraint, finding: finding))
        }
        return judgements
    }

    /// Why running code is thought to write rows that a constraint refuses.
    private struct Violation {
        let sign: String
        let reason: String
    }

    private func violation(
        of constraint: CatalogObject, in compatibility: CatalogCompatibility, on connection: PostgresConnection
    ) async throws -> Violation? {
        let added = compatibility.difference.added.filter { $0.kind == .column && $0.parent == constraint.parent }
        let new = Set(added.map(\.name))
        let concerned = try await columns(of: constraint, on: connection)
        guard !concerned.isEmpty, concerned.isSubset(of: new), let table = constraint.parent else {
            return try await violationByRowsOfToday(of: constraint, in: compatibility, on: connection).map {
                Violation(
                    sign: "Rows of today break \(constraint.name), so code that is running writes such rows", reason: $0
                )
            }
        }
        return try await refusal(ofRowWithout: new, in: table, by: constraint, on: connection).map {
            Violation(
                sign:
                    "A row as code that is running writes it, without \(concerned.sorted().joined(separator: ", ")), breaks "
                    + constraint.name, reason: $0)
        }
    }

    /// The columns of its table that a constraint is about; none for one of a domain.
    private func columns(of constraint: CatalogObject, on connection: PostgresConnection) async throws -> Set<String> {
        let rows = try await connection.query(
            """
            SELECT a.attname AS name FROM pg_constraint k
            JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = ANY (k.conkey)
            WHERE k.conname = \(constraint.name) AND k.conrelid = to_regclass(\((constraint.parent ?? "").asQualifiedIdentifier))
            """)
        return Set(try rows.map { try $0.decode("name", as: String.self) })
    }

    private func refusal(
        ofRowWithout unknown: Set<String>, in table: String, by constraint: CatalogObject,
        on connection: PostgresConnection
    ) async throws -> String? {
        try await connection.execute("BEGIN")
        var reason: String?
        do {
            let copy = try await RowCopy(of: table, unknown: unknown, on: connection)
            _ = try await connection.execute(PostgresQuery(unescaped: copy.insertion), deadline: limits.statement)
        } catch PostgresError.server("23514", let message, _, _) where message.contains(constraint.name) {
            reason = message
        } catch let refusal as PostgresError where refusal.sqlState != nil {
            // Something else keeps such a row out, so that nothing is known of the constraint.
        }
        try await connection.execute("ROLLBACK")
        return reason
    }

    /// The next step must find the constraint as the migration left it.
    private func violationByRowsOfToday(
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
