package import Foundation
import Postgres

/// What of a folder of migrations is applied to a database, and how what is there differs from it.
package struct MigrationStatus: Sendable, Equatable, Codable {
    package let migrations: [Entry]
    /// Migrations that are applied and that the folder does not have.
    package let unknown: [String]
    /// What was taken away from the database, by this folder's migrations and by others.
    package let contracted: [Contraction]
    /// Indexes that the server maintains and cannot use.
    package let invalidIndexes: [String]
    /// What somebody changed of the schema since the last run, a line each: `+ column public.loads.note`.
    package let changedByHand: [String]

    /// One migration of the folder.
    package struct Entry: Sendable, Equatable, Codable {
        package let name: String
        package let steps: [Step]
    }

    /// A contract step that was applied.
    package struct Contraction: Sendable, Equatable, Codable {
        package let name: String
        /// The release that it was applied for; nil where none was named.
        package let release: String?
    }

    /// One phase of a migration.
    package struct Step: Sendable, Equatable, Codable {
        package let phase: MigrationPhase
        package let state: State
        package let appliedAt: Date?
        package let author: String?
        package let release: String?
        /// Statements that are done of a step that was begun.
        package let doneStatements: Int?
        /// Rows that a backfill which was begun has seen.
        package let doneRows: Int?
    }

    /// Where a step stands.
    package enum State: String, Sendable, Codable {
        case pending
        /// Begun and not ended; the next run continues.
        case begun
        case applied
        /// Applied, and the file was edited since.
        case edited
    }

    /// The migrations of the folder whose step of the phase was not applied to its end, in their order.
    package func lacking(_ phase: MigrationPhase) -> [String] {
        migrations.filter { $0.steps.contains { $0.phase == phase && $0.appliedAt == nil } }.map(\.name)
    }

    /// Whether a step of the migration was not applied to its end.
    package func isPending(_ name: MigrationName) -> Bool {
        migrations.contains { $0.name == name.rawValue && $0.steps.contains { $0.appliedAt == nil } }
    }

    /// Throws `ExecutionError.changedByHand` where somebody changed the schema.
    package func refuseChangesByHand() throws {
        guard changedByHand.isEmpty else { throw ExecutionError.changedByHand(changedByHand) }
    }

    /// Whether files or schema are no longer what was applied.
    package var hasDrifted: Bool {
        migrations.contains { $0.steps.contains { $0.state == .edited } } || !invalidIndexes.isEmpty
            || !changedByHand.isEmpty
    }
}

extension MigrationStatus {
    init(_ migrations: [Migration], history: MigrationHistory, parser: any SQLParser) async throws {
        let applied = try await history.applied()
        let schedule = MigrationSchedule(migrations: migrations, applied: applied)
        let begun = try await history.begunSteps()
        self.migrations = schedule.migrations.map { migration in
            let steps = migration.steps.filter { $0.phase != .revert }
            return Entry(
                name: migration.name.rawValue,
                steps: steps.map { step in
                    Step(
                        step, applied: schedule.applied(migration.name, step.phase),
                        begun: begun[BegunStep.ID(name: migration.name.rawValue, phase: step.phase.rawValue)])
                })
        }
        contracted = applied.filter { $0.phase == .contract }.map {
            Contraction(name: $0.name.rawValue, release: $0.release)
        }
        let names = Set(migrations.map(\.name))
        unknown = Set(applied.map(\.name)).subtracting(names).sorted().map(\.rawValue)
        invalidIndexes = try await ConcurrentWork.invalidIndexes(on: history.connection)
        changedByHand = try await history.changesByHand(patience: ExecutionLimits.lookPatience)
    }
}

extension MigrationStatus.Step {
    fileprivate init(_ step: MigrationStep, applied: AppliedStep?, begun: BegunStep?) {
        phase = step.phase
        appliedAt = applied?.appliedAt
        author = applied?.author
        release = applied?.release
        doneStatements = applied == nil ? begun?.statements : nil
        doneRows = applied == nil ? begun?.rows : nil
        guard let applied else {
            state = begun == nil ? .pending : .begun
            return
        }
        state = applied.sha256 == step.sha256 ? .applied : .edited
    }
}

/// How far a step has come that is under way.
struct BegunStep {
    /// Which step.
    struct ID: Hashable {
        let name: String
        let phase: String
    }

    let statements: Int?
    let rows: Int?
}

extension MigrationHistory {
    fileprivate func begunSteps() async throws -> [BegunStep.ID: BegunStep] {
        guard try await exists("switchyard.migration_statements") else { return [:] }
        let rows = try await connection.query(
            """
            SELECT name, phase, count(finished_at) AS statements, NULL::bigint AS rows
            FROM switchyard.migration_statements GROUP BY name, phase
            UNION ALL SELECT name, 'backfill', NULL, rows FROM switchyard.migration_backfills
            """)
        let pairs = try rows.map { row in
            try (
                BegunStep.ID(name: row.decode("name"), phase: row.decode("phase")),
                BegunStep(statements: row.decode("statements"), rows: row.decode("rows"))
            )
        }
        return Dictionary(pairs, uniquingKeysWith: { first, _ in first })
    }
}
