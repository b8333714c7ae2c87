import Deployments
import Domain
import Foundation
import Store
import Synchronization

/// The real records on SQLite, which refuse every write from a certain one on, as a full disk does.
final class FailingRecords: DeploymentRecords, VerdictRecords {
    struct DiskFull: Error {}

    private let store: DeploymentStore
    private let verdicts: VerdictStore
    /// Writes that still succeed.
    private let left = Mutex(Int.max)
    private let canBeRead = Mutex(true)

    init(path: String) {
        let database = StateDatabase(path: path)
        store = DeploymentStore(database: database) { _ in false }
        verdicts = VerdictStore(database: database)
    }

    func refuseWrites(after count: Int) { left.withLock { $0 = count } }

    func refuseReads(_ refuse: Bool) { canBeRead.withLock { $0 = !refuse } }

    private func writing() throws {
        try left.withLock { left in
            guard left > 0 else { throw DiskFull() }
            left -= 1
        }
    }

    private func reading() throws {
        guard canBeRead.withLock({ $0 }) else { throw DiskFull() }
    }

    func append(_ body: Data, at number: Int, of deployment: DeploymentID) async throws {
        try writing()
        try await verdicts.append(body, at: number, of: deployment)
    }

    func bodies(of deployment: DeploymentID) async throws -> [Data] {
        try reading()
        return try await verdicts.bodies(of: deployment)
    }

    func open(_ deployment: Deployment, as process: ProcessIdentity, at now: Date) async throws -> Lease {
        try writing()
        return try await store.open(deployment, as: process, at: now)
    }

    func takeOver(_ deployment: Deployment, as process: ProcessIdentity, at now: Date) async throws -> Lease {
        try writing()
        return try await store.takeOver(deployment, as: process, at: now)
    }

    func release(_ lease: Lease) async throws {
        try writing()
        try await store.release(lease)
    }

    func lease(of environment: EnvironmentName) async throws -> Lease? { try await store.lease(of: environment) }

    func append(_ entry: JournalEntry, fence: Int?) async throws {
        try writing()
        try await store.append(entry, fence: fence)
    }

    func fold(
        _ deployments: [Deployment], _ entries: [JournalEntry], _ maintenance: [MaintenanceChange]
    ) async throws {
        try writing()
        try await store.fold(deployments, entries, maintenance)
    }

    func maintenance(of environment: EnvironmentName?, last count: Int) async throws -> [MaintenanceChange] {
        try reading()
        return try await store.maintenance(of: environment, last: count)
    }

    func record(_ commands: [OneOffCommand]) async throws {
        try writing()
        try await store.record(commands)
    }

    func commands(of environment: EnvironmentName?, last count: Int) async throws -> [OneOffCommand] {
        try reading()
        return try await store.commands(of: environment, last: count)
    }

    func journal(of deployment: DeploymentID) async throws -> [JournalEntry] {
        try reading()
        return try await store.journal(of: deployment)
    }

    func deployment(_ id: DeploymentID) async throws -> Deployment? {
        try reading()
        return try await store.deployment(id)
    }

    func deployments(in environment: EnvironmentName?, last count: Int) async throws -> [Deployment] {
        try reading()
        return try await store.deployments(in: environment, last: count)
    }

    func highestNumber() async throws -> Int {
        try reading()
        return try await store.highestNumber()
    }
}
