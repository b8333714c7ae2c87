import Audit
import Deployments
import Domain

/// The application's database, of which every use that sees data is in the audit record.
///
/// Looking at the catalog and at statistics of statements, which have no values, is no such use.
struct RecordedDatabase: ApplicationDatabase {
    private let database: any ApplicationDatabase
    private let accesses: DataAccesses

    init(_ database: any ApplicationDatabase, accesses: DataAccesses) {
        self.database = database
        self.accesses = accesses
    }

    func pendingMigrations(of release: Release, in environment: EnvironmentDefinition) async throws
        -> PendingMigrations
    {
        try await database.pendingMigrations(of: release, in: environment)
    }

    func backUp(_ environment: EnvironmentDefinition, for deployment: DeploymentID) async throws -> String {
        guard environment.database != .none else { return try await database.backUp(environment, for: deployment) }
        return try await accesses.record("data_access.back_up", in: environment.name, target: "\(deployment)") {
            try await database.backUp(environment, for: deployment)
        }
    }

    func rehearse(
        _ deployment: Deployment, of release: Release, in environment: EnvironmentDefinition,
        beside running: [RunningRelease], evidence folder: String
    ) async throws -> RehearsalOutcome {
        try await record("data_access.rehearse", release, environment, deployment) {
            try await database.rehearse(
                deployment, of: release, in: environment, beside: running, evidence: folder)
        }
    }

    func expand(
        _ environment: EnvironmentDefinition, to release: Release, for deployment: Deployment
    ) async throws -> [String] {
        try await record("data_access.expand", release, environment, deployment) {
            try await database.expand(environment, to: release, for: deployment)
        }
    }

    func contract(
        _ environment: EnvironmentDefinition, of release: Release, for deployment: Deployment
    ) async throws -> [String] {
        try await record("data_access.contract", release, environment, deployment) {
            try await database.contract(environment, of: release, for: deployment)
        }
    }

    func backfill(
        _ environment: EnvironmentDefinition, of release: Release, tell: @escaping @Sendable (String) -> Void,
        trouble: @escaping @Sendable () async -> String?
    ) async throws -> [String] {
        try await record("data_access.backfill", release, environment, nil) {
            try await database.backfill(environment, of: release, tell: tell, trouble: trouble)
        }
    }

    func connectionFault(of slot: SlotName, in environment: EnvironmentDefinition) async -> String? {
        await database.connectionFault(of: slot, in: environment)
    }

    func observe(_ environment: EnvironmentDefinition, running: [RunningRelease]) async throws {
        try await database.observe(environment, running: running)
    }

    /// Records what a release's migrations do; without any, or without a database, they do nothing.
    private func record<Value>(
        _ action: AuditAction, _ release: Release, _ environment: EnvironmentDefinition, _ deployment: Deployment?,
        act: () async throws -> Value
    ) async throws -> Value {
        guard environment.database != .none, release.manifest.migrations != nil else { return try await act() }
        let reference = "\(release.manifest.name)@\(release.manifest.version)"
        return try await accesses.record(
            action, in: environment.name, target: deployment.map { "\($0.id)" } ?? reference,
            details: ["release": reference], act: act)
    }
}
