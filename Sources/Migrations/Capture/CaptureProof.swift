package import Postgres

/// Shows that captured SQL leads where the framework's migrator led.
package struct CaptureProof: Sendable {
    /// The database that the migrator worked on, as somebody who may read everything.
    private let migrated: PostgresAddress
    private let limit: Duration

    package init(migrated: PostgresAddress, limit: Duration = RehearsalLimits().restore) {
        self.migrated = migrated
        self.limit = limit
    }

    /// What a copy of the database has come to.
    package struct Finding: Sendable {
        /// How it differs from the migrated one; none where the SQL is the same change.
        package var differences: [String] = []
        /// Tables whose rows are as many and not the same: now() and its like give other values each time.
        package var otherValues: [String] = []
    }

    /// Applies the migration to a copy of the database as it was before, as `migration apply` does, and compares.
    ///
    /// `worker` is the copy as the role that the migrator had, `reader` as one that may read everything.
    package func play(
        _ migration: Migration, as worker: PostgresAddress, reader: PostgresAddress
    ) async throws -> Finding {
        let executor = MigrationExecutor(address: worker)
        do {
            for step in migration.steps {
                _ = try await executor.apply([migration], step.phase, cause: ExecutionCause(author: "capture"))
            }
        } catch is CancellationError {
            throw CancellationError()
        } catch {
            return Finding(differences: ["It cannot be applied: \(error)"])
        }
        let (ours, played) = (try await state(of: migrated), try await state(of: reader))
        return compare(ours, played)
    }

    private struct State {
        let catalog: CatalogSnapshot
        let rows: RowFingerprints
    }

    private func state(of address: PostgresAddress) async throws -> State {
        try await PostgresConnection.using(address, applicationName: "switchyard capture") { connection in
            // Values look alike for all sessions then.
            for setting in ["search_path = ''", "timezone = 'UTC'", "datestyle = 'ISO'", "row_security = off"] {
                try await connection.execute("SET \(unescaped: setting)")
            }
            let catalog = try await CatalogSnapshot.take(on: connection)
            var rows = RowFingerprints()
            try await rows.read(catalog.tables, of: catalog, on: connection, limit: limit)
            return State(catalog: catalog, rows: rows)
        }
    }

    private func compare(_ migrated: State, _ played: State) -> Finding {
        var finding = Finding(differences: CatalogDifference(from: migrated.catalog, to: played.catalog).lines)
        for (table, rows) in migrated.rows.tables.sorted(by: { $0.key < $1.key }) {
            guard let other = played.rows.tables[table], other != rows else { continue }
            if other.rows == rows.rows {
                finding.otherValues.append(table)
            } else {
                finding.differences.append("\(table) has \(other.rows) rows and should have \(rows.rows)")
            }
        }
        return finding
    }
}
