import Postgres

/// Writes a row into each table, as a release that runs meanwhile would.
struct RowWriter {
    let limits: RehearsalLimits
    /// What the fingerprints are of.
    let catalog: CatalogSnapshot
    let rows: RowFingerprints

    /// The fingerprints of the rows that could be written; a table whose rules no copy fits gets none.
    func write(into tables: [String], on connection: PostgresConnection) async throws -> RowFingerprints {
        var written = RowFingerprints()
        for table in tables {
            guard let fingerprint = rows.tables[table], fingerprint.rows > 0 else { continue }
            try await connection.execute("SAVEPOINT writing")
            do {
                let copy = try await RowCopy(of: table, on: connection)
                let sums = try await connection.query(
                    """
                    \(unescaped: copy.insertion)
                    RETURNING \(unescaped: RowFingerprints.hash(of: fingerprint.columns))::text AS sum
                    """, deadline: limits.statement)
                let sum = try sums.map { Int128(try $0.decode("sum", as: String.self)) ?? 0 }.reduce(0, +)
                written.note(table, rows: sums.count, sum: sum, columns: fingerprint.columns)
            } catch let refusal as PostgresError where refusal.sqlState != nil {
                try await connection.execute("ROLLBACK TO writing")
            }
        }
        return written
    }
}

extension RowFingerprints {
    fileprivate mutating func note(_ table: String, rows: Int, sum: Int128, columns: [String]) {
        tables[table] = Fingerprint(columns: columns, rows: rows, sum: sum)
    }
}
