import Backups
package import Deployments
package import Domain
import Foundation
import Migrations
import Postgres
import Store

/// What deployments do with the application's database, on real databases, with real releases.
package struct SchemaChanges: Sendable {
    let databases: EnvironmentDatabases
    let slots: SupervisedSlots
    let catalog: any ReleaseCatalog
    let artifacts: UnpackedReleases
    let statements: StatementStore
    let folder: StateFolder
    /// Called at every boundary of a migration.
    let boundary: @Sendable (String) -> Void
}

extension SchemaChanges: ApplicationDatabase {
    package func pendingMigrations(of release: Release, in environment: EnvironmentDefinition) async throws
        -> PendingMigrations
    {
        try await checkData(of: environment)
        guard let (migrations, address) = try await migrations(of: release, in: environment) else {
            return PendingMigrations()
        }
        let executor = MigrationExecutor(address: address)
        let status = try await executor.status(of: migrations)
        // The status has looked at the schema already.
        let pending = try await executor.pending(migrations, acceptsChangesByHand: true)
        if !pending.isEmpty, !environment.policy.acceptsSchemaDrift { try status.refuseChangesByHand() }
        return PendingMigrations(
            expand: pending.map(\.name.rawValue),
            irreversible: pending.filter { $0.revert == nil }.map(\.name.rawValue),
            backfill: status.lacking(.backfill), contract: status.lacking(.contract),
            contracted: Dictionary(
                status.contracted.compactMap { step in
                    step.release.flatMap(ReleaseVersion.init(rawValue:)).map { (step.name, $0) }
                }, uniquingKeysWith: { first, _ in first }))
    }

    package func backUp(_ environment: EnvironmentDefinition, for deployment: DeploymentID) async throws -> String {
        guard let address = try await databases.administrativeAddress(of: environment) else {
            return "there is no database"
        }
        let taker: any BackupTaker = PostgresDump(folder: folder.backups)
        let backup = try await withDeadline(
            "the backup of \(environment.name)", environment.policy.backupDeadlineSeconds
        ) {
            try await taker.takeBackup(of: address, for: environment.name)
        }
        return "\(backup.sizeInBytes) bytes in \(backup.folder)"
    }

    package func expand(
        _ environment: EnvironmentDefinition, to release: Release, for deployment: Deployment
    ) async throws -> [String] {
        try await markData(of: environment)
        return try await apply(.expand, of: release, in: environment, for: deployment)
    }

    package func contract(
        _ environment: EnvironmentDefinition, of release: Release, for deployment: Deployment
    ) async throws -> [String] {
        try await apply(.contract, of: release, in: environment, for: deployment)
    }

    package func backfill(
        _ environment: EnvironmentDefinition, of release: Release, tell: @escaping @Sendable (String) -> Void,
        trouble: @escaping @Sendable () async -> String?
    ) async throws -> [String] {
        guard let (migrations, address) = try await migrations(of: release, in: environment) else { return [] }
        var limits = BackfillLimits()
        limits.share = environment.policy.backfillShare
        let executor = MigrationExecutor(
            address: address, backfillLimits: limits, tell: { tell("\($0)") }, boundary: boundary,
            applicationTrouble: trouble)
        let cause = ExecutionCause(release: release.manifest.version)
        return try await executor.apply(migrations, .backfill, cause: cause).map(\.rawValue)
    }

    private func apply(
        _ phase: MigrationPhase, of release: Release, in environment: EnvironmentDefinition,
        for deployment: Deployment
    ) async throws -> [String] {
        guard let (migrations, address) = try await migrations(of: release, in: environment) else { return [] }
        var limits = ExecutionLimits()
        limits.deadline = .seconds(environment.policy.expandDeadlineSeconds)
        let cause = ExecutionCause(
            author: deployment.requestedBy, release: release.manifest.version, deployment: deployment.id,
            planDigest: deployment.planDigest)
        return try await MigrationExecutor(address: address, limits: limits, boundary: boundary)
            .apply(migrations, phase, cause: cause, acceptsChangesByHand: environment.policy.acceptsSchemaDrift)
            .map(\.rawValue)
    }

    /// The release's migrations and where they go; nil when it brings none or there is no database.
    func migrations(
        of release: Release, in environment: EnvironmentDefinition
    ) async throws -> ([Migration], PostgresAddress)? {
        guard let folder = release.manifest.migrations,
            let address = try await databases.administrativeAddress(of: environment)
        else { return nil }
        let read = try await artifacts.reading(release.digest, for: environment.name) { root in
            try MigrationFolder.read("\(root)/\(folder)")
        }
        return (read, address)
    }
}
