import Foundation
import Postgres

/// The schema as the last run left it, by which a change that somebody made by hand is found.
///
/// Owners, privileges and versions of extensions are not part of it, because roles and servers are administered beside
/// migrations; neither are partitions, which come and go by themselves, and invalid indexes, which are told by name.
struct RecordedCatalog: Codable {
    private let objects: [Object]

    /// An object with what a migration can change of it.
    private struct Object: Codable {
        let kind: CatalogObject.Kind
        let name: String
        let parent: String?
        let facts: [String: String]
    }

    init(_ snapshot: CatalogSnapshot) {
        let partitions = Set(snapshot.objects.values.filter { $0.facts["bounds"] != nil }.map(\.name))
        objects = snapshot.objects.values.filter { object in
            object.kind != .extensionModule && !partitions.contains(object.parent ?? object.name)
                && !(object.kind == .index && object.facts["valid"] == "false")
        }.map { object in
            Object(
                kind: object.kind, name: object.name, parent: object.parent,
                facts: object.facts.filter { !["owner", "privileges"].contains($0.key) })
        }
    }

    /// What somebody changed since, a line each.
    func changes(to later: RecordedCatalog) -> [String] {
        CatalogDifference(from: snapshot, to: later.snapshot).changesByHand
    }

    private var snapshot: CatalogSnapshot {
        CatalogSnapshot(
            objects.map {
                CatalogObject(kind: $0.kind, name: $0.name, parent: $0.parent, facts: $0.facts, number: "")
            })
    }
}

extension CatalogDifference {
    /// One line for each difference, as a context diff has them: `- index public.loads.by_day`.
    fileprivate var changesByHand: [String] {
        Self.wholes(of: removed).map { "- \($0.id)" } + Self.wholes(of: added).map { "+ \($0.id)" }
            + changed.map { "! \($0)" }
    }

    /// Without the parts of a table that came or went with it.
    private static func wholes(of objects: [CatalogObject]) -> [CatalogObject] {
        let names = Set(objects.filter { $0.parent == nil }.map(\.name))
        return objects.filter { !names.contains($0.parent ?? "") }
    }
}

extension MigrationHistory {
    private static let table = "switchyard.migration_catalog"
    /// The last event that may have changed the schema.
    private static let lastEvent =
        "(SELECT coalesce(max(id), 0) FROM switchyard.migration_events WHERE phase <> 'backfill')"

    /// Makes the place of the record where it is missing.
    func prepareCatalog(limits: ExecutionLimits) async throws {
        guard try await !exists(Self.table) else { return }
        try await connection.transaction { connection in
            try await connection.setLocal("lock_timeout", limits.turnWait)
            try await connection.execute(
                """
                CREATE TABLE switchyard.migration_catalog (
                    one boolean PRIMARY KEY DEFAULT true CHECK (one),
                    event bigint NOT NULL,
                    server_version int NOT NULL,
                    objects text NOT NULL,
                    recorded_at timestamptz NOT NULL DEFAULT clock_timestamp()
                )
                """)
        }
    }

    /// Records the schema as it is; not in the transaction of a step, whose locks would be held for longer.
    ///
    /// Where somebody keeps a table locked just now, nothing is recorded: what is there says nothing then.
    func recordCatalog() async throws {
        let snapshot: CatalogSnapshot
        do {
            snapshot = try await snapshotOfFreeTables(patience: .seconds(1))
        } catch ExecutionError.catalogLocked {
            return
        }
        let objects = try JSONEncoder().encode(RecordedCatalog(snapshot))
        try await connection.execute(
            """
            INSERT INTO switchyard.migration_catalog (event, server_version, objects)
            VALUES (\(unescaped: Self.lastEvent), current_setting('server_version_num')::int / 10000,
                \(String(decoding: objects, as: UTF8.self)))
            ON CONFLICT (one) DO UPDATE SET event = excluded.event, server_version = excluded.server_version,
                objects = excluded.objects, recorded_at = excluded.recorded_at
            """)
    }

    /// The catalog, some of whose descriptions the server gives only when nobody keeps the table to himself.
    ///
    /// Throws `ExecutionError.catalogLocked` with who does when the patience is over.
    func snapshotOfFreeTables(patience: Duration) async throws -> CatalogSnapshot {
        let start = ContinuousClock.now
        while true {
            do {
                return try await connection.transaction { connection in
                    try await connection.setLocal("lock_timeout", ExecutionLimits.catalogLockWait)
                    return try await CatalogSnapshot.take(on: connection)
                }
            } catch let error as PostgresError where error.isLockTrouble {
                let waited = ContinuousClock.now - start
                guard waited < patience else {
                    throw ExecutionError.catalogLocked(
                        waited: waited, holders: try await LockProbe.exclusiveHolders(on: connection))
                }
                try await Task.sleep(for: ExecutionLimits.catalogPause)
            }
        }
    }

    /// What was changed by hand since the last run, a line each; empty where that cannot be told.
    ///
    /// It cannot where nothing is recorded, where a run was killed before it could record, while a step is half done,
    /// and after an upgrade of the server, which may write the same definition in other words.
    func changesByHand(patience: Duration) async throws -> [String] {
        guard try await exists(Self.table) else { return [] }
        let rows = try await connection.query(
            """
            SELECT objects FROM switchyard.migration_catalog
            WHERE event = \(unescaped: Self.lastEvent)
                AND server_version = current_setting('server_version_num')::int / 10000
                AND NOT EXISTS (SELECT FROM switchyard.migration_statements begun WHERE NOT EXISTS (
                    SELECT FROM switchyard.migrations applied
                    WHERE applied.name = begun.name AND applied.phase = begun.phase))
            """)
        guard let row = rows.first else { return [] }
        let recorded = try JSONDecoder().decode(
            RecordedCatalog.self, from: Data(row.decode("objects", as: String.self).utf8))
        return recorded.changes(to: RecordedCatalog(try await snapshotOfFreeTables(patience: patience)))
    }

    /// Takes the schema as it is for what it should be, and keeps who did.
    func acceptChanges(_ changes: [String], cause: ExecutionCause) async throws {
        let text = changes.joined(separator: "\n")
        try await connection.execute(
            """
            INSERT INTO switchyard.migration_events (name, phase, action, sha256, author, duration_ms)
            VALUES ('changes by hand', '', \(HistoryEvent.Action.accepted.rawValue),
                encode(sha256(convert_to(\(text), 'UTF8')), 'hex'), \(cause.author), 0)
            """)
        try await recordCatalog()
    }
}
