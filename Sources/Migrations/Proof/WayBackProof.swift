import Postgres

/// Takes an expansion back on the clone, compares, and leaves the clone expanded.
///
/// All of it happens in one transaction that is rolled back. Rows are written before the way back, as the new release
/// would: copies of rows that are there, with new keys.
struct WayBackProof {
    let clone: PostgresAddress
    let role: String?
    let limits: RehearsalLimits
    /// Before the expansion.
    let catalog: CatalogSnapshot
    let rows: RowFingerprints
    /// Tables that the expansion touched.
    let tables: [String]

    func prove(_ revert: [SQLStatement], madeBy expansion: CatalogDifference) async throws -> WayBack {
        try await PostgresConnection.using(clone, applicationName: StatementTracer.applicationName) { connection in
            try await connection.execute("BEGIN")
            let wayBack = try await goBack(revert, madeBy: expansion, on: connection)
            try await connection.execute("ROLLBACK")
            return wayBack
        }
    }

    private func goBack(
        _ revert: [SQLStatement], madeBy expansion: CatalogDifference, on connection: PostgresConnection
    ) async throws -> WayBack {
        let writing = try await RowWriter(limits: limits, catalog: catalog, rows: rows)
            .write(into: tables, on: connection)
        if let refusal = try await run(revert, on: connection) {
            return WayBack(.irreversible, ["The revert fails. \(refusal)"])
        }
        let reverted = try await CatalogSnapshot.take(on: connection)
        let difference = CatalogDifference(from: catalog, to: reverted)
        guard difference.isEmpty else {
            return WayBack(.irreversible, difference.lines.map { "After the revert, \($0)." })
        }
        let lost = try await lostRows(writing.written, on: connection) + expansion.discarded
        return WayBack(lost.isEmpty ? .reversible : .schemaOnly, lost + writing.untried)
    }

    /// Runs the revert as the role that will; returns how the server refuses it.
    private func run(_ revert: [SQLStatement], on connection: PostgresConnection) async throws -> PostgresError? {
        do {
            if let role { try await connection.execute("SET LOCAL ROLE \(identifier: role)") }
            for statement in revert {
                try await connection.executeScript(statement.textInTransaction, deadline: limits.statement)
            }
            try await connection.execute("RESET ROLE")
            return nil
        } catch let refusal as PostgresError where refusal.sqlState != nil {
            return refusal
        }
    }

    /// What differs in the rows, but for those that were written meanwhile.
    private func lostRows(_ written: RowFingerprints, on connection: PostgresConnection) async throws -> [String] {
        var lost: [String] = []
        for table in tables {
            guard let before = rows.tables[table] else { continue }
            let after = try await RowFingerprints.fingerprint(
                table, columns: before.columns, on: connection, limit: limits.statement)
            let added = written.tables[table]
            let expected = (rows: before.rows + (added?.rows ?? 0), sum: before.sum + (added?.sum ?? 0))
            if after.rows != expected.rows {
                lost.append("\(table) has \(after.rows.grouped) rows and should have \(expected.rows.grouped).")
            } else if after.sum != expected.sum {
                lost.append("Rows of \(table) have other values than before.")
            }
        }
        return lost
    }
}

extension CatalogDifference {
    /// What an expansion made that takes the new release's data with it when it is reverted.
    fileprivate var discarded: [String] {
        let tables = Set(added.filter { $0.kind == .table }.map(\.name))
        return tables.sorted().map { "What the new release writes into \($0) goes with it." }
            + added.filter { $0.kind == .column && !tables.contains($0.parent ?? "") }.map {
                "What the new release writes into \($0.parent ?? "").\($0.name) goes with it."
            }
    }
}

extension SQLStatement {
    /// The statement as it can be run in a transaction that is rolled back: nobody else is there to be kept waiting.
    fileprivate var textInTransaction: String {
        runsOutsideTransaction ? text.replacing(#/(?i)\s+concurrently\b/#, with: "") : text
    }
}
