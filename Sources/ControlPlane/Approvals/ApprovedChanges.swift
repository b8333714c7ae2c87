import API
import Access
import Approvals
import Audit
import Deployments
import Domain
import Foundation
import Logging
import ServiceLifecycle
import Synchronization

/// Carries out what was approved, as soon as it can be; nobody needs to come back for it.
///
/// It goes by the records, so that an approval outlives a restart. What would be done must still be what was approved: a plan
/// with another digest makes the request void.
struct ApprovedChanges: ServiceLifecycle.Service {
    private let desk: RequestDesk
    private let freezes: FreezeDesk
    private let accounts: any AccessRecords
    private let environments: Environments
    private let journal: Journal
    private let catalog: any ReleaseCatalog
    private let infrastructure: Infrastructure
    private let trail: AuditTrail
    private let logger: Logger
    private let pauses = Pauses()
    private let bell = Bell()

    init(
        desk: RequestDesk, freezes: FreezeDesk, accounts: any AccessRecords, environments: Environments,
        journal: Journal,
        catalog: any ReleaseCatalog, infrastructure: Infrastructure, trail: AuditTrail, logger: Logger
    ) {
        self.desk = desk
        self.freezes = freezes
        self.accounts = accounts
        self.environments = environments
        self.journal = journal
        self.catalog = catalog
        self.infrastructure = infrastructure
        self.trail = trail
        self.logger = logger
    }

    /// Has what is approved carried out; answers at once.
    func wake() { bell.ring() }

    func run() async throws {
        await cancelWhenGracefulShutdown {
            await bell.attend(every: Limits.approvedInterval) { await carryOutAll() }
        }
    }

    private func carryOutAll() async {
        let requests = (try? await desk.requests()) ?? []
        for request in requests.reversed() where request.state(at: Date()) == .approved {
            guard pauses.isOver(for: request.id) else { continue }
            do {
                try await carryOut(request)
            } catch {
                pauses.begin(for: request.id)
                // Somebody else's deployment, a database that is away: it is tried again until the request expires.
                logger.info("an approved change waits", metadata: ["request": "\(request.id)", "error": "\(error)"])
            }
        }
    }

    private func carryOut(_ request: ChangeRequest) async throws {
        let deployer = try environments.deployer(of: request.environment.rawValue)
        if let opened = await opened(for: request) {
            _ = try await desk.complete(request.id, as: opened, at: Date())
            return
        }
        guard await deployer.current == nil else { return }
        // It waits for the end of a freeze, as long as the request lives.
        try await freezes.requireOpen(request.environment, breakGlass: false, at: Date())
        try await infrastructure.waitUntilReady(for: deployer.environment)
        if let reason = try await hindrance(request, deployer) {
            _ = try await desk.void(request.id, because: reason, at: Date())
            return
        }
        do {
            let deployment = try await trail.record(
                entry(of: request), goesBack: false, notes: ActNotes()
            ) {
                try await open(request, deployer)
            }
            _ = try await desk.complete(request.id, as: deployment.id, at: Date())
        } catch let error as DeploymentsError {
            if case .notReady = error { throw error }
            _ = try await desk.void(request.id, because: "\(error)", at: Date())
        }
    }

    private func open(_ request: ChangeRequest, _ deployer: EnvironmentDeployer) async throws -> Deployment {
        // It may have been rejected while this one waited.
        guard try await desk.request(request.id).state(at: Date()) == .approved else {
            throw ApprovalError.notApproved(request.id)
        }
        let requester = request.requestedBy.rawValue
        switch request.change {
        case .deploy(let reference, let strategy):
            return try await deployer.deploy(
                catalog.release(reference.digest), by: requester, planDigest: request.digest, strategy: strategy)
        case .contract:
            return try await deployer.contract(by: requester, planDigest: request.digest)
        }
    }

    private func plan(_ change: ChangeRequest.Change, _ deployer: EnvironmentDeployer) async throws -> Plan {
        switch change {
        case .deploy(let reference, let strategy):
            try await deployer.plan(catalog.release(reference.digest), strategy: strategy)
        case .contract: try await deployer.planContraction()
        }
    }

    /// Why what was approved can't be done any more: somebody of it is gone, or the plan is another one.
    private func hindrance(_ request: ChangeRequest, _ deployer: EnvironmentDeployer) async throws -> String? {
        for name in [request.requestedBy] + request.approvals.map(\.by) {
            guard let account = try await accounts.account(name), !account.isDead(at: Date()) else {
                return "'\(name)' is disabled by now"
            }
            guard let approval = request.approvals.first(where: { $0.by == name }) else { continue }
            let roles = account.grants.roles(in: request.environment)
            guard approval.roles.allSatisfy({ roles.contains(RoleSet($0)) }) else {
                return "'\(name)' has not the role any more with which it was approved"
            }
        }
        do {
            let digest = try await plan(request.change, deployer).digest(for: deployer.environment)
            return digest == request.digest
                ? nil : "the plan is not the one that was approved (\(digest.prefix(12)) now)"
        } catch let error as DeploymentsError {
            if case .notReady = error { throw error }
            return "\(error)"
        } catch let error as ControlPlaneError {
            return "\(error)"
        }
    }

    /// The deployment that was opened just before the control plane ended.
    private func opened(for request: ChangeRequest) async -> DeploymentID? {
        let newest = await journal.history(of: request.environment, last: Limits.openedDeployments)
        return newest.first {
            $0.planDigest == request.digest && $0.createdAt >= request.createdAt
                && $0.requestedBy == request.requestedBy.rawValue
        }?.id
    }

    /// The deployment as its requester's act, with how many had to approve it.
    private func entry(of request: ChangeRequest) async throws -> AuditEntry {
        let account = try await accounts.account(request.requestedBy)
        let actor = AuditActor(
            id: account?.identifier ?? "system", name: request.requestedBy.rawValue, authentication: "approved-request")
        var entry = AuditEntry(
            .intent, request.change.isContraction ? .databaseContract : .deploymentOpen, by: actor, at: Date(),
            environment: request.environment, reason: request.reason)
        entry.plan = request.digest
        entry.details = [
            "approvals_required": "\(request.needs.count)", "request": request.id.text,
            "roles_required": request.needs.map(\.rawValue).joined(separator: ","),
        ]
        entry.target = request.change.deployed?.description
        return entry
    }
}

/// When what could not be carried out is tried again: each attempt is in the record.
private final class Pauses: Sendable {
    private let ends = Mutex<[UUID: ContinuousClock.Instant]>([:])

    func isOver(for request: UUID) -> Bool { ends.withLock { $0[request].map { $0 <= .now } ?? true } }

    func begin(for request: UUID) {
        ends.withLock { ends in
            ends = ends.filter { $0.value > .now }
            ends[request] = .now + Limits.approvedPause
        }
    }
}
