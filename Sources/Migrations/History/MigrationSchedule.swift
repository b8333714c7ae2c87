/// What of a folder of migrations is applied, what comes next, and whether it may.
struct MigrationSchedule {
    let migrations: [Migration]
    private let applied: [MigrationPhase: [MigrationName: AppliedStep]]

    init(migrations: [Migration], applied: [AppliedStep]) {
        self.migrations = migrations.sorted { $0.name < $1.name }
        self.applied = Dictionary(grouping: applied, by: \.phase).mapValues { steps in
            Dictionary(steps.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
        }
    }

    func applied(_ name: MigrationName, _ phase: MigrationPhase) -> AppliedStep? { applied[phase]?[name] }

    /// The migrations whose step of the phase has not run, in their order; throws `ExecutionError`.
    func pending(_ phase: MigrationPhase, allowsOutOfOrder: Bool) async throws -> [Migration] {
        for migration in migrations {
            for step in migration.steps where step.phase != .revert { try await refuseEdited(migration, step) }
        }
        let pending = migrations.filter { $0[phase] != nil && applied($0.name, phase) == nil }
        for migration in pending {
            if phase == .expand {
                if !allowsOutOfOrder { try refuseOutOfOrder(migration) }
            } else {
                try refuseMissing(of: migration, before: phase)
            }
        }
        return pending
    }

    /// The migration to revert, and how; throws `ExecutionError` when that cannot be.
    func revert(_ name: MigrationName?) throws -> (Migration, MigrationStep) {
        if let name, !migrations.contains(where: { $0.name == name }) { throw ExecutionError.unknown(name) }
        guard let latest = migrations.last(where: { applied($0.name, .expand) != nil }) else {
            throw ExecutionError.nothingToRevert
        }
        let wanted = name ?? latest.name
        guard applied(wanted, .expand) != nil else { throw ExecutionError.notApplied(wanted) }
        let later = applied[.expand, default: [:]].keys.filter { $0 > wanted }.max()
        if let later { throw ExecutionError.appliedLater(wanted, later: later) }
        guard applied(wanted, .contract) == nil else { throw ExecutionError.contracted(wanted) }
        guard let migration = migrations.first(where: { $0.name == wanted }), let revert = migration.revert else {
            throw ExecutionError.noRevert(wanted)
        }
        return (migration, revert)
    }

    /// Whether the text is still the one that was applied.
    private func refuseEdited(_ migration: Migration, _ step: MigrationStep) async throws {
        guard let applied = applied(migration.name, step.phase), applied.sha256 != step.sha256 else { return }
        let difference =
            if let script = applied.script {
                try await TextDifference.unified(from: script, "applied", to: step.sql, step.file)
            } else {
                "Applied was SHA-256 \(applied.sha256), found is \(step.sha256)."
            }
        throw ExecutionError.edited(migration.name, step.phase, file: step.file, difference: difference)
    }

    private func refuseOutOfOrder(_ migration: Migration) throws {
        let later = applied[.expand, default: [:]].keys.filter { $0 > migration.name }.max()
        if let later { throw ExecutionError.outOfOrder(migration.name, after: later) }
    }

    private func refuseMissing(of migration: Migration, before phase: MigrationPhase) throws {
        for earlier in MigrationPhase.allCases.prefix(while: { $0 != phase })
        where migration[earlier] != nil && applied(migration.name, earlier) == nil {
            throw ExecutionError.phaseMissing(migration.name, phase, missing: earlier)
        }
    }
}
