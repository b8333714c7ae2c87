import Postgres

/// Tries whether a row like one of today can still be written where triggers or rules changed: no catalog tells what
/// their bodies do.
///
/// It is tried with the change and without it, in transactions that are rolled back; what fails both times says nothing.
struct WriteTrial {
    let limits: RehearsalLimits
    /// What code that is running knows.
    let known: CatalogSnapshot

    /// A change that may concern a table, and how to take it back.
    private struct Suspect {
        let object: CatalogObject
        let table: String
        let undoing: String
    }

    func judgements(
        of compatibility: CatalogCompatibility, on connection: PostgresConnection
    ) async throws -> [CatalogCompatibility.Judgement] {
        var judgements: [CatalogCompatibility.Judgement] = []
        for suspect in suspects(in: compatibility) where known[.table, suspect.table] != nil {
            guard let then = try await writes(to: suspect.table, undoing: suspect.undoing, on: connection),
                let now = try await writes(to: suspect.table, undoing: "", on: connection),
                let worse = zip(then, now).first(where: { $0.rows > $1.rows })?.1
            else { continue }
            let table = CatalogObject.title(of: suspect.table)
            let finding = RehearsalFinding(
                .incompatible, "refused-write",
                "With the \(suspect.object.kind.rawValue) \(suspect.object.name) as it is from then on, \(table) does not "
                    + "let running code \(worse.verb) a row (\(worse.refusal ?? "nothing is written, without an error"))."
            )
            judgements.append(CatalogCompatibility.Judgement(object: suspect.object, finding: finding))
        }
        return judgements
    }

    private func suspects(in compatibility: CatalogCompatibility) -> [Suspect] {
        let difference = compatibility.difference
        let triggers = compatibility.after.objects.values.filter { $0.kind == .trigger && $0.isInForce }
        let functions = difference.changed.filter { $0.before.kind == .function }.flatMap { change in
            triggers.filter { $0.facts["function"] == change.before.name }.map { trigger in
                Suspect(
                    object: change.after, table: trigger.parent ?? "", undoing: change.before.facts["definition"] ?? "")
            }
        }
        let added = difference.added.filter { [.trigger, .rule].contains($0.kind) && $0.isInForce }.map { object in
            let table = object.parent ?? ""
            let disabling =
                "ALTER TABLE \(table.asQualifiedIdentifier) DISABLE \(object.kind.rawValue) \(object.name.asSQLIdentifier)"
            return Suspect(object: object, table: table, undoing: disabling)
        }
        let replaced = difference.changed.filter { $0.before.kind == .trigger && $0.before.isInForce }.map { change in
            let table = change.before.parent ?? ""
            let dropping = "DROP TRIGGER \(change.before.name.asSQLIdentifier) ON \(table.asQualifiedIdentifier)"
            return Suspect(
                object: change.after, table: table,
                undoing: "\(dropping); \(change.before.facts["definition"] ?? "")")
        }
        return functions + added + replaced
    }

    /// An attempt to write one row.
    private struct Write {
        let verb: String
        var rows = 0
        var refusal: String?
    }

    /// What can be written after something was taken back; nil where it cannot be taken back.
    private func writes(
        to table: String, undoing: String, on connection: PostgresConnection
    ) async throws -> [Write]? {
        try await connection.execute("BEGIN")
        var writes: [Write]? = []
        do {
            try await connection.executeScript(undoing, deadline: limits.statement)
            let copy = try await RowCopy(of: table, on: connection)
            for (verb, statement) in [("insert", copy.insertion), ("change", copy.change), ("delete", copy.removal)] {
                guard let statement else { continue }
                writes?.append(try await write(verb, statement, on: connection))
            }
        } catch let refusal as PostgresError where refusal.sqlState != nil {
            writes = nil
        }
        try await connection.execute("ROLLBACK")
        return writes
    }

    private func write(_ verb: String, _ statement: String, on connection: PostgresConnection) async throws -> Write {
        var write = Write(verb: verb)
        try await connection.execute("SAVEPOINT writing")
        do {
            write.rows = try await connection.execute(
                PostgresQuery(unescaped: statement), deadline: limits.statement)
        } catch PostgresError.server(let state, let message, _, _) {
            write.refusal = "\(state): \(message)"
        }
        try await connection.execute("ROLLBACK TO writing")
        return write
    }
}
