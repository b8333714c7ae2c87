package import Domain
import Foundation
package import Logging

/// Where every deployment writes what it is about to do and what came of it, before it goes on.
package actor Journal {
    /// Called with the name of each boundary of the journal once it is durable; tests end the process there.
    package typealias BoundaryObserver = @Sendable (_ boundary: String) -> Void

    let records: any DeploymentRecords
    private(set) var spool: Spool
    private let logger: Logger
    private let observer: BoundaryObserver?
    private var highest = 0

    package init(
        records: any DeploymentRecords, spool: Spool, logger: Logger, observer: BoundaryObserver? = nil
    ) {
        self.records = records
        self.spool = spool
        self.logger = logger
        self.observer = observer
    }

    /// The next number for a deployment; never one that was given before.
    func nextNumber() async -> DeploymentID {
        // Asked before `highest` is looked at: another environment may take a number while this one waits.
        let recorded = (try? await records.highestNumber()) ?? 0
        highest = max(highest, recorded, spool.content.deployments.map(\.id.number).max() ?? 0)
        highest += 1
        return DeploymentID(highest)
    }

    /// Learns of a number that the slot tables remember.
    package func noteNumber(_ number: Int) { highest = max(highest, number) }

    /// Opens a deployment in the records, with its environment's lease.
    func open(_ deployment: Deployment, as process: ProcessIdentity, at now: Date) async throws -> Lease {
        try await records.open(deployment, as: process, at: now)
    }

    /// Opens a rollback in the spool; it never waits for the records.
    ///
    /// A spool that cannot take it is logged, not thrown: nothing may stand in the way of going back.
    func openWithoutWaiting(_ deployment: Deployment) {
        do {
            try spool.add(deployment)
        } catch {
            logger.critical("a rollback goes on unrecorded", metadata: ["error": "\(error)"])
        }
    }

    /// Writes an entry that must be in the records before the deployment goes on.
    func append(_ entry: JournalEntry, fence: Int?) async throws {
        try await records.append(entry, fence: fence)
        observer?(entry.record.boundary)
    }

    /// Writes an entry that must never wait: into the spool, from where it is folded into the records afterwards.
    ///
    /// An unwritable spool is logged, not thrown: nothing may stand in the way of going back.
    func appendWithoutWaiting(_ entry: JournalEntry) {
        do {
            try spool.add(entry)
        } catch {
            logger.error("the emergency journal could not be written", metadata: ["error": "\(error)"])
        }
        observer?(entry.record.boundary)
    }

    /// Writes a change of the maintenance page, or what came of it, as `appendWithoutWaiting` does.
    func recordWithoutWaiting(_ change: MaintenanceChange) {
        do {
            try spool.add(change)
        } catch {
            logger.error("the emergency journal could not be written", metadata: ["error": "\(error)"])
        }
        observer?(change.boundary)
    }

    /// Writes a one-off command down before it runs, or what came of it; throws when the spool cannot take it.
    package func record(_ command: OneOffCommand) throws {
        try spool.add(command)
        observer?(command.boundary)
    }

    /// Moves the spool's content into the records; does nothing when they cannot be written yet.
    package func fold() async {
        let content = spool.content
        guard !content.isEmpty else { return }
        do {
            try await records.fold(content.deployments, content.entries, content.maintenance)
            if !content.commands.isEmpty { try await records.record(content.commands) }
            try spool.remove(content)
        } catch {
            logger.debug("the emergency journal is not folded yet", metadata: ["error": "\(error)"])
        }
    }

    func takeOver(_ deployment: Deployment, as process: ProcessIdentity, at now: Date) async throws -> Lease {
        try await records.takeOver(deployment, as: process, at: now)
    }

    func release(_ lease: Lease) async {
        do {
            try await records.release(lease)
        } catch {
            logger.warning("the lease could not be given back", metadata: ["error": "\(error)"])
        }
    }

    package func lease(of environment: EnvironmentName) async throws -> Lease? {
        try await records.lease(of: environment)
    }

    /// A deployment's journal, what is spooled included; only that while the records cannot be read.
    package func entries(of id: DeploymentID) async -> [JournalEntry] {
        let spooled = spooledEntries(of: id)
        return (try? await completeEntries(of: id)) ?? spooled
    }

    /// The whole of a deployment's journal; throws when the records cannot be read.
    ///
    /// The spool is looked at first: what is folded meanwhile is then seen twice, and never missed.
    func completeEntries(of id: DeploymentID) async throws -> [JournalEntry] {
        let spooled = spooledEntries(of: id)
        let recorded = try await records.journal(of: id)
        let known = Set(recorded.map(\.sequence))
        return (recorded + spooled.filter { !known.contains($0.sequence) }).sorted { $0.sequence < $1.sequence }
    }

    private func spooledEntries(of id: DeploymentID) -> [JournalEntry] {
        spool.content.entries.filter { $0.deployment == id }
    }

    /// A deployment as its journal leaves it; throws when there is none.
    package func deployment(_ id: DeploymentID) async throws -> Deployment {
        if let spooled = spool.content.deployments.first(where: { $0.id == id }) {
            return await spooled.foldingWhatThereIs(entries(of: id))
        }
        guard let recorded = try await records.deployment(id) else { throw DeploymentsError.unknownDeployment(id) }
        return try await recorded.foldingWhatThereIs(completeEntries(of: id))
    }

    /// The deployment that an environment was left in the middle of; throws when the records cannot be read.
    func unfinished(in environment: EnvironmentName) async throws -> Deployment? {
        let spooled = spool.content.deployments.filter { $0.environment == environment }.map(\.id)
        let recent = try await records.deployments(in: environment, last: Limits.recentDeployments).map(\.id)
        for id in Set(recent + spooled).sorted(by: >) {
            let deployment = try await deployment(id)
            if deployment.outcome == nil { return deployment }
        }
        return nil
    }

    /// Adds a remark to a deployment's journal; one that cannot be written is left out.
    func note(_ text: String, on id: DeploymentID, at now: Date) async {
        let sequence = (await entries(of: id).last?.sequence ?? 0) + 1
        let entry = JournalEntry(deployment: id, sequence: sequence, at: now, record: .note(text))
        try? await records.append(entry, fence: nil)
    }

    /// The newest deployments as their journals leave them, newest first, what is spooled included.
    package func history(of environment: EnvironmentName?, last count: Int) async -> [Deployment] {
        let spooled = spool.content.deployments.filter { deployment in
            environment.map { deployment.environment == $0 } ?? true
        }
        let recorded = (try? await records.deployments(in: environment, last: count)) ?? []
        let known = Set(recorded.map(\.id))
        let all = recorded + spooled.filter { !known.contains($0.id) }
        var history: [Deployment] = []
        for deployment in all.sorted(by: { $0.id > $1.id }).prefix(count) {
            await history.append(deployment.foldingWhatThereIs(entries(of: deployment.id)))
        }
        return history
    }
}
