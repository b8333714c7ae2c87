/// One change of the schema, as a release carries it, in up to four phases.
package struct Migration: Sendable, Equatable {
    /// Migrations run in the order of their names.
    package let name: MigrationName
    /// Whose layout it was read from.
    package let layout: MigrationLayout
    package let expand: MigrationStep?
    package let backfill: MigrationStep?
    package let contract: MigrationStep?
    package let revert: MigrationStep?

    package init(name: MigrationName, layout: MigrationLayout = .phases, steps: [MigrationStep]) {
        self.name = name
        self.layout = layout
        expand = steps.first { $0.phase == .expand }
        backfill = steps.first { $0.phase == .backfill }
        contract = steps.first { $0.phase == .contract }
        revert = steps.first { $0.phase == .revert }
    }

    /// The steps that it has, in the order of `MigrationPhase`.
    package var steps: [MigrationStep] { [expand, backfill, contract, revert].compactMap(\.self) }

    package subscript(phase: MigrationPhase) -> MigrationStep? {
        switch phase {
        case .expand: expand
        case .backfill: backfill
        case .contract: contract
        case .revert: revert
        }
    }
}

/// How a migration lies on disk.
package enum MigrationLayout: String, Sendable, Codable, CaseIterable {
    /// Switchyard's own: `TIME_NAME/` with `expand.sql`, `backfill.sql`, `contract.sql` and `revert.sql`.
    case phases
    /// `TIME_NAME/up.sql` and `down.sql`.
    case diesel
    /// `NUMBER_NAME.up.sql` and `.down.sql`.
    case golangMigrate
    /// `TIME_NAME.sql` with `-- migrate:up` and `-- migrate:down`.
    case dbmate
}
