import Crypto
import Foundation
import Postgres

/// Everything that applying a folder of migrations to a database would do, told beforehand.
package struct MigrationPlan: Sendable, Equatable, Codable {
    /// In the order in which they run: all expansions, then backfills, then contractions.
    package let steps: [Step]
    /// What stands in the way, each in a sentence; empty where nothing does.
    package let obstacles: [String]
    /// SHA-256 of what would run and of the catalog that it would run on, in hexadecimal.
    package let digest: String

    /// One step of a migration that is pending.
    package struct Step: Sendable, Equatable, Codable {
        package let migration: String
        package let phase: MigrationPhase
        package let sha256: String
        package let statements: [Statement]
        /// Whether the migration has a revert.
        package let hasRevert: Bool
    }

    /// One statement of it.
    package struct Statement: Sendable, Equatable, Codable {
        package let position: SQLPosition
        package let text: String
        package let mode: Mode
    }

    /// How a statement runs.
    package enum Mode: String, Sendable, Codable {
        /// With its neighbours in one transaction that asks for locks when they can be had.
        case transaction
        /// By itself, outside of any transaction.
        case alone
        /// Batch by batch along a key.
        case batches
    }
}

extension MigrationExecutor {
    /// Says what `apply` would do, phase by phase, and changes nothing.
    ///
    /// Throws `SQLSyntaxError` and `BackfillError` for what cannot be read, and `PostgresError`.
    package func plan(_ migrations: [Migration]) async throws -> MigrationPlan {
        try await looking("switchyard plan") { history in
            let status = try await MigrationStatus(migrations, history: history, parser: parser)
            var steps: [MigrationPlan.Step] = []
            for phase in [MigrationPhase.expand, .backfill, .contract] {
                let names = Set(status.lacking(phase))
                steps += try migrations.sorted { $0.name < $1.name }.filter { names.contains($0.name.rawValue) }
                    .compactMap { try planned($0, phase) }
            }
            let catalog = try await history.snapshotOfFreeTables(patience: ExecutionLimits.lookPatience)
            let obstacles =
                try await obstacles(of: migrations, status: status, history: history)
                + unusableKeys(of: migrations, lacking: status, on: history.connection)
            return MigrationPlan(
                steps: steps, obstacles: obstacles, digest: try Self.digest(of: steps, on: catalog))
        }
    }

    private func planned(_ migration: Migration, _ phase: MigrationPhase) throws -> MigrationPlan.Step? {
        guard let step = migration[phase] else { return nil }
        let statements: [MigrationPlan.Statement]
        if phase == .backfill {
            let statement = try Backfill(step, parser: parser).statement
            statements = [
                MigrationPlan.Statement(position: statement.position, text: statement.text, mode: .batches)
            ]
        } else {
            statements = try ExecutionStep(migration.name, step, parser: parser).statements.map { statement in
                MigrationPlan.Statement(
                    position: statement.position, text: statement.text,
                    mode: statement.runsOutsideTransaction ? .alone : .transaction)
            }
        }
        return MigrationPlan.Step(
            migration: migration.name.rawValue, phase: phase, sha256: step.sha256, statements: statements,
            hasRevert: migration.revert != nil)
    }

    /// What `apply` would refuse: an edited file, an order that is no longer possible, a schema that was changed by hand, a
    /// phase's rule.
    private func obstacles(
        of migrations: [Migration], status: MigrationStatus, history: MigrationHistory
    ) async throws -> [String] {
        var obstacles: [String] = []
        let schedule = MigrationSchedule(migrations: migrations, applied: try await history.applied())
        do {
            let pending = try await schedule.pending(.expand, allowsOutOfOrder: false)
            if !pending.isEmpty { try status.refuseChangesByHand() }
        } catch let refusal as ExecutionError {
            obstacles.append("\(refusal)")
        }
        let findings = MigrationCheck(parser: parser).findings(in: migrations)
        return obstacles
            + findings.filter { $0.severity > .note }.map { finding in
                let place = [finding.file, finding.line.map(String.init)].compactMap(\.self).joined(separator: ":")
                return "\(place): \(finding.message)"
            }
    }

    /// The backfills that are pending and whose key is of no use, unless an expansion before them may change that.
    private func unusableKeys(
        of migrations: [Migration], lacking status: MigrationStatus, on connection: PostgresConnection
    ) async throws -> [String] {
        let expansions = Set(status.lacking(.expand))
        let coming = try migrations.filter { expansions.contains($0.name.rawValue) }.compactMap(\.expand)
            .flatMap { try $0.statements(by: parser).map(\.kind) }
        let backfills = Set(status.lacking(.backfill))
        var obstacles: [String] = []
        for migration in migrations where backfills.contains(migration.name.rawValue) {
            guard let step = migration.backfill else { continue }
            let backfill = try Backfill(step, parser: parser)
            guard !coming.contains(where: { $0.mayMake(usable: backfill) }),
                let fault = try await BackfillKey(of: backfill, on: connection).fault()
            else { continue }
            obstacles.append("\(ExecutionError.backfillKey(migration.name, file: step.file, reason: fault))")
        }
        return obstacles
    }

    private static func digest(of steps: [MigrationPlan.Step], on catalog: CatalogSnapshot) throws -> String {
        var hash = SHA256()
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        hash.update(data: try encoder.encode(steps))
        hash.update(data: Data(catalog.canonicalText.utf8))
        return hash.finalize().map { String(format: "%02x", $0) }.joined()
    }
}

extension CatalogSnapshot {
    /// The same for equal catalogs: every object with its facts, in order.
    fileprivate var canonicalText: String {
        objects.values.map { object in
            let facts = object.facts.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
            return "\(object.id): \(facts.joined(separator: "; "))"
        }.sorted().joined(separator: "\n")
    }
}
