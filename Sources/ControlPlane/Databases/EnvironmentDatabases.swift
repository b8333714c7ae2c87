import Backups
package import Deployments
package import Domain
import Foundation
import Migrations
package import Postgres

/// The application's database of each environment: embedded, by URL, or none.
package struct EnvironmentDatabases: Sendable {
    private let application: ApplicationName
    /// The private cluster; nil when no environment asks for it.
    package let cluster: PrivateCluster?
    private let passwords: DatabasePasswords
    private let artifacts: UnpackedReleases
    private let backups: String
    /// Called at every boundary of a migration.
    private let boundary: @Sendable (String) -> Void

    init(
        application: ApplicationName, cluster: PrivateCluster?, passwords: DatabasePasswords,
        artifacts: UnpackedReleases, backups: String,
        boundary: @escaping @Sendable (String) -> Void = { _ in }
    ) {
        self.application = application
        self.cluster = cluster
        self.passwords = passwords
        self.artifacts = artifacts
        self.backups = backups
        self.boundary = boundary
    }

    /// What a slot's processes get as DATABASE_URL: a login role of the slot's own where the database is embedded.
    func url(for slot: SlotName, of environment: EnvironmentDefinition) async throws -> String? {
        try await url(as: slot.rawValue, in: environment)
    }

    /// What a one-off command gets as DATABASE_URL; nil where that is what the slots have.
    func urlForCommands(of environment: EnvironmentDefinition) async throws -> String? {
        guard environment.database == .embedded else { return nil }
        return try await url(as: "commands", in: environment)
    }

    /// With which rights migrations and backups run.
    private func administrativeAddress(of environment: EnvironmentDefinition) async throws -> PostgresAddress? {
        try await url(as: Self.migrationsUser, in: environment).map { try PostgresAddress(url: $0) }
    }

    /// The URL for one user of an environment's database, which gets a login role of its own where it is embedded.
    private func url(as user: String, in environment: EnvironmentDefinition) async throws -> String? {
        switch environment.database {
        case .none: return nil
        case .url(let url): return url
        case .embedded:
            let cluster = try await readyCluster(for: environment)
            let owner = ownerRole(of: environment.name)
            let role = "\(owner)_\(user)"
            let password = try await passwords.password(of: role)
            try await cluster.ensureLoginRole(
                role, password: password, memberOf: owner, connectionLimit: Limits.connectionsOfARole,
                watchesOthers: user == Self.migrationsUser)
            return try cluster.url(role: role, password: password, database: owner)
        }
    }

    private func readyCluster(for environment: EnvironmentDefinition) async throws -> PrivateCluster {
        guard let cluster else { throw ControlPlaneError.noEmbeddedDatabase(environment.name) }
        try await cluster.waitUntilReady(deadline: .seconds(Limits.infrastructureSeconds))
        let owner = ownerRole(of: environment.name)
        try await cluster.ensureDatabase(owner, owner: owner)
        return cluster
    }

    /// The database and the role that owns everything in it: `freightops_production`.
    private func ownerRole(of environment: EnvironmentName) -> String {
        Self.ownerRole(of: application, in: environment)
    }

    /// PostgreSQL cuts names after 63 bytes: what is longer is shortened so that the users' names fit behind it.
    static func ownerRole(of application: ApplicationName, in environment: EnvironmentName) -> String {
        "\(application)_\(environment)".shortened(toBytes: Limits.roleBytes - "_\(migrationsUser)".utf8.count)
            .replacingOccurrences(of: "-", with: "_")
    }

    /// The longest name of a user; slots are `s1` to `s99`.
    private static let migrationsUser = "migrations"
}

extension EnvironmentDatabases: ApplicationDatabase {
    package func pendingMigrations(of release: Release, in environment: EnvironmentDefinition) async throws
        -> PendingMigrations
    {
        guard let (migrations, address) = try await migrations(of: release, in: environment) else {
            return PendingMigrations()
        }
        let executor = MigrationExecutor(address: address)
        let pending = try await executor.pending(migrations).map(\.name.rawValue)
        let status = try await executor.status(of: migrations)
        return PendingMigrations(
            expand: pending, backfill: status.lacking(.backfill), contract: status.lacking(.contract))
    }

    package func backUp(_ environment: EnvironmentDefinition, for deployment: DeploymentID) async throws -> String {
        guard let address = try await administrativeAddress(of: environment) else { return "there is no database" }
        let taker: any BackupTaker = PostgresDump(folder: backups)
        let backup = try await withDeadline(
            "the backup of \(environment.name)", environment.policy.backupDeadlineSeconds
        ) {
            try await taker.takeBackup(of: address, for: environment.name)
        }
        return "\(backup.sizeInBytes) bytes in \(backup.folder)"
    }

    package func expand(
        _ environment: EnvironmentDefinition, to release: Release, for deployment: DeploymentID
    ) async throws -> [String] {
        guard let (migrations, address) = try await migrations(of: release, in: environment) else { return [] }
        var limits = ExecutionLimits()
        limits.deadline = .seconds(environment.policy.expandDeadlineSeconds)
        let cause = ExecutionCause(release: release.manifest.version, deployment: deployment)
        return try await MigrationExecutor(address: address, limits: limits, boundary: boundary)
            .apply(migrations, cause: cause).map(\.rawValue)
    }

    /// The release's migrations and where they go; nil when it brings none or there is no database.
    private func migrations(
        of release: Release, in environment: EnvironmentDefinition
    ) async throws -> ([Migration], PostgresAddress)? {
        guard let folder = release.manifest.migrations,
            let address = try await administrativeAddress(of: environment)
        else { return nil }
        let read = try await artifacts.reading(release.digest, for: environment.name) { root in
            try MigrationFolder.read("\(root)/\(folder)")
        }
        return (read, address)
    }
}
