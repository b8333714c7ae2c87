import Postgres

/// Writes a row into each table, as a release that runs meanwhile would.
struct RowWriter {
    let limits: RehearsalLimits
    /// What the fingerprints are of.
    let catalog: CatalogSnapshot
    let rows: RowFingerprints

    /// What was written, and why nothing could be written into other tables.
    struct Outcome {
        var written = RowFingerprints()
        /// One sentence for each table.
        var untried: [String] = []
    }

    /// Writes what it can; a table whose rules no copy fits gets no row.
    func write(into tables: [String], on connection: PostgresConnection) async throws -> Outcome {
        var outcome = Outcome()
        for table in tables {
            guard let fingerprint = rows.tables[table] else { continue }
            guard fingerprint.rows > 0 else {
                outcome.note(untried: table, because: "it has no row to copy")
                continue
            }
            try await connection.execute("SAVEPOINT writing")
            do {
                let copy = try await RowCopy(of: table, on: connection)
                let sums = try await connection.query(
                    """
                    \(unescaped: copy.insertion)
                    RETURNING \(unescaped: RowFingerprints.hash(of: fingerprint.columns))::text AS sum
                    """, deadline: limits.statement)
                let sum = try sums.map { Int128(try $0.decode("sum", as: String.self)) ?? 0 }.reduce(0, +)
                outcome.note(table, rows: sums.count, sum: sum, columns: fingerprint.columns)
            } catch PostgresError.server(let state, let message, _, _) {
                try await connection.execute("ROLLBACK TO writing")
                outcome.note(untried: table, because: "a copy of a row is refused with \(state): \(message)")
            }
        }
        return outcome
    }
}

extension RowWriter.Outcome {
    fileprivate mutating func note(_ table: String, rows: Int, sum: Int128, columns: [String]) {
        guard rows > 0 else { return note(untried: table, because: "the database writes no copy of a row") }
        written.tables[table] = RowFingerprints.Fingerprint(columns: columns, rows: rows, sum: sum)
    }

    fileprivate mutating func note(untried table: String, because reason: String) {
        untried.append(
            "Whether rows that the new release writes into \(table) survive could not be tried: \(reason).")
    }
}
