import Domain
package import Foundation
package import Postgres

/// The record, inside the application's own database, of the migrations that were applied to it.
///
/// `switchyard.migrations` says what is applied, `migration_events` what ever happened, `migration_statements` how far
/// a step has come and `migration_backfills` how far a backfill has. Rows are written in the transactions of the
/// statements that they speak of. `migration_catalog` holds the schema as the last run left it.
package struct MigrationHistory: Sendable {
    let connection: PostgresConnection

    package init(connection: PostgresConnection) {
        self.connection = connection
    }

    /// What is applied; empty where there is no record yet. Also reads the record of earlier versions.
    package func applied() async throws -> [AppliedStep] {
        guard try await exists("switchyard.migrations") else { return [] }
        let rows = try await connection.query(
            """
            SELECT name, phase, sha256, applied_at, duration_ms, fields ->> 'release' AS release,
                (fields ->> 'deployment')::bigint AS deployment, fields ->> 'author' AS author,
                fields ->> 'plan_digest' AS plan_digest, fields ->> 'script' AS script,
                coalesce(fields ->> 'origin', 'applied') AS origin
            FROM (SELECT migration.*, to_jsonb(migration) AS fields FROM switchyard.migrations migration) recorded
            ORDER BY applied_at, name
            """)
        return try rows.map(AppliedStep.init)
    }

    /// What happened, the latest last.
    package func events(last count: Int) async throws -> [HistoryEvent] {
        guard try await exists("switchyard.migration_events") else {
            return try await applied().suffix(count).map(HistoryEvent.init)
        }
        let rows = try await connection.query(
            """
            SELECT * FROM (SELECT id, name, phase, action, sha256, author, release, deployment, plan_digest, started_at,
                finished_at, duration_ms, database_user FROM switchyard.migration_events ORDER BY id DESC LIMIT \(count)) latest
            ORDER BY id
            """)
        return try rows.map(HistoryEvent.init)
    }

    func exists(_ relation: String) async throws -> Bool {
        try await connection.query("SELECT to_regclass(\(relation)) IS NOT NULL AS present")[0].decode("present")
    }
}

/// A step that is applied.
package struct AppliedStep: Sendable, Equatable {
    package let name: MigrationName
    package let phase: MigrationPhase
    package let sha256: String
    package let author: String?
    package let release: String?
    package let deployment: Int?
    package let planDigest: String?
    /// The text as it was applied; nil where an earlier version of Switchyard applied it.
    package let script: String?
    package let origin: Origin
    package let appliedAt: Date
    package let durationMilliseconds: Int

    /// How it came to be applied.
    package enum Origin: String, Sendable, Codable {
        case applied
        /// Taken for applied, because the database had it before Switchyard came.
        case baseline
    }
}

extension AppliedStep {
    fileprivate init(_ row: PostgresRow) throws {
        self.init(
            name: MigrationName(unchecked: try row.decode("name")),
            phase: MigrationPhase(rawValue: try row.decode("phase")) ?? .expand,
            sha256: try row.decode("sha256"), author: try row.decode("author"), release: try row.decode("release"),
            deployment: try row.decode("deployment"), planDigest: try row.decode("plan_digest"),
            script: try row.decode("script"), origin: Origin(rawValue: try row.decode("origin")) ?? .applied,
            appliedAt: try row.decode("applied_at"), durationMilliseconds: try row.decode("duration_ms"))
    }
}

/// Something that happened to a database's migrations.
package struct HistoryEvent: Sendable, Equatable, Codable {
    package let name: String
    /// Nil where it is about the whole schema.
    package let phase: MigrationPhase?
    package let action: Action
    package let sha256: String
    package let author: String?
    package let release: String?
    package let deployment: Int?
    package let planDigest: String?
    /// The role that was connected.
    package let databaseUser: String?
    package let startedAt: Date?
    package let finishedAt: Date
    package let durationMilliseconds: Int

    /// What was done.
    package enum Action: String, Sendable, Codable {
        case applied, reverted, baselined
        /// The schema was taken as it is.
        case accepted
    }
}

extension HistoryEvent {
    fileprivate init(_ row: PostgresRow) throws {
        self.init(
            name: try row.decode("name"), phase: MigrationPhase(rawValue: try row.decode("phase")),
            action: Action(rawValue: try row.decode("action")) ?? .applied, sha256: try row.decode("sha256"),
            author: try row.decode("author"), release: try row.decode("release"),
            deployment: try row.decode("deployment"), planDigest: try row.decode("plan_digest"),
            databaseUser: try row.decode("database_user"), startedAt: try row.decode("started_at"),
            finishedAt: try row.decode("finished_at"), durationMilliseconds: try row.decode("duration_ms"))
    }

    /// What the record of an earlier version of Switchyard says.
    fileprivate init(_ step: AppliedStep) {
        self.init(
            name: step.name.rawValue, phase: step.phase, action: .applied, sha256: step.sha256, author: step.author,
            release: step.release, deployment: step.deployment, planDigest: step.planDigest, databaseUser: nil,
            startedAt: nil, finishedAt: step.appliedAt, durationMilliseconds: step.durationMilliseconds)
    }
}
