import API
import Access
import Approvals
import Audit
import Deployments
import Domain
import Foundation
import Hummingbird

/// Changes of protected environments: asked for, approved by others, rejected.
struct RequestsController: Sendable {
    let desk: RequestDesk
    let gatekeeper: Gatekeeper
    let environments: Environments
    let catalog: any ReleaseCatalog
    let infrastructure: Infrastructure
    let approved: ApprovedChanges
    let trail: AuditTrail
    let application: ApplicationName

    func addRoutes(to router: APIRouter) {
        router.on(.requestDeployment) { request, context in
            let message = try await request.message(DeploymentRequest.self)
            let made = try await desk.add(planned(message, context.admitted(), context))
            context.notes.add("request", made.id.text)
            return try .json(ChangeRequestReport(made, at: Date()), status: .accepted)
        }
        router.on(.changeRequests) { _, _ in
            let now = Date()
            return try .json(await desk.requests().map { ChangeRequestReport($0, at: now) })
        }
        router.on(.changeRequest) { _, context in
            try .json(ChangeRequestReport(await desk.request(Self.id(context)), at: Date()))
        }
        router.on(.approveRequest) { request, context in
            let message = try await request.message(ApproveRequest.self)
            try Limits.require(message.note, "note", atMost: Limits.reasonCharacters)
            let given = try await approve(Self.id(context), message, context.admitted())
            approved.wake()
            return try .json(ChangeRequestReport(given, at: Date()))
        }
        router.on(.rejectRequest) { request, context in
            let message = try await request.message(RejectRequest.self)
            try Limits.require(message.reason, "reason", atMost: Limits.reasonCharacters)
            let (id, admission) = (try Self.id(context), try context.admitted())
            guard let name = admission.subject.account else { throw AccessError.noSession }
            if try await desk.request(id).requestedBy != name {
                try await gatekeeper.require(.approve, of: admission, at: Date())
            }
            let rejected = try await desk.reject(id, by: name, because: message.reason, at: Date())
            return try .json(ChangeRequestReport(rejected, at: Date()))
        }
    }

    static func id(_ context: AppRequestContext) throws -> UUID { try context.parameters.identifier("request") }

    /// What somebody asks for, planned as it would be done now.
    private func planned(
        _ message: DeploymentRequest, _ admission: Admission, _ context: AppRequestContext
    ) async throws -> ChangeRequest {
        try Limits.require(message.reason, "reason", atMost: Limits.reasonCharacters)
        guard let account = admission.subject.account else { throw ControlPlaneError.nothingToApprove }
        let deployer = try environments.deployer(of: context.parameters.require("environment"))
        guard deployer.environment.isProtected else { throw ControlPlaneError.nothingToApprove }
        try await infrastructure.waitUntilReady(for: deployer.environment)
        let (change, plan, release) = try await change(message, deployer)
        let digest = try plan.digest(for: deployer.environment)
        if let wanted = message.planDigest, wanted != digest {
            throw DeploymentsError.planChanged(expected: wanted, actual: digest)
        }
        var needs = ChangeRequest.needs(hasMigrations: change.isContraction || !plan.migrations.isEmpty)
        // Whoever holds a program's token asks by it: one more person looks.
        if admission.subject.kind == .service { needs.append(.releaseManager) }
        return ChangeRequest(
            id: UUID(), environment: deployer.environment.name, change: change, digest: digest, requestedBy: account,
            authors: release.manifest.authors ?? [],
            needs: needs,
            reason: message.reason, createdAt: Date())
    }

    private func change(
        _ message: DeploymentRequest, _ deployer: EnvironmentDeployer
    ) async throws -> (ChangeRequest.Change, Plan, Release) {
        if message.isContraction == true {
            guard message.release == nil, message.strategy == nil else {
                throw ControlPlaneError.invalidParameter(
                    name: "release", value: message.release ?? "", expected: "none: a contraction is of what serves")
            }
            let plan = try await deployer.planContraction()
            return (.contract(plan.release), plan, try await catalog.release(plan.release.digest))
        }
        guard let text = message.release else {
            throw ControlPlaneError.invalidParameter(name: "release", value: "", expected: "the release to deploy")
        }
        let release = try await catalog.find(text, of: application)
        let plan = try await deployer.plan(release, strategy: message.strategy)
        return (.deploy(release.reference, strategy: message.strategy), plan, release)
    }

    /// Records somebody's yes before it counts.
    private func approve(
        _ id: UUID, _ message: ApproveRequest, _ admission: Admission
    ) async throws -> ChangeRequest {
        let now = Date()
        guard let name = admission.subject.account else { throw AccessError.noSession }
        let checked = try await desk.check(id, by: name, digest: message.digest, at: now)
        var event = AuditEntry(
            .event, .approvalGrant, by: admission.actor(saying: nil), at: now, target: id.text,
            environment: checked.environment)
        event.plan = checked.digest
        event.details["roles"] = checked.approvals.last?.roles.map(\.rawValue).joined(separator: ",")
        return try await trail.record(event, goesBack: false, notes: ActNotes()) {
            try await desk.approve(id, by: name, digest: message.digest, note: message.note, at: now)
        }
    }
}

extension ChangeRequestReport {
    init(_ request: ChangeRequest, at now: Date) {
        self.init(
            id: request.id, environment: request.environment, change: request.change.words,
            release: request.change.deployed?.digest, strategy: request.change.strategy, digest: request.digest,
            requestedBy: request.requestedBy.rawValue, reason: request.reason, createdAt: request.createdAt,
            expiresAt: request.expiresAt, state: request.state(at: now).rawValue,
            approvals: request.approvals.map {
                Approval(by: $0.by.rawValue, roles: $0.roles.map(\.rawValue), at: $0.at, note: $0.note)
            },
            missing: request.missing.map(\.rawValue), deployment: request.ending?.deployment,
            endedBy: request.ending?.by?.rawValue, endedBecause: request.ending?.reason)
    }
}

extension ChangeRequest.Change {
    /// What is to be done, in a few words.
    var words: String {
        switch self {
        case .deploy(let release, let strategy):
            "deploy \(release)" + (strategy.map { " (\($0.rawValue))" } ?? "")
        case .contract(let release): "contract the database to \(release)"
        }
    }

    var isContraction: Bool { deployed == nil }

    /// The release that is to be deployed; nil for a contraction.
    var deployed: ReleaseReference? { if case .deploy(let release, _) = self { release } else { nil } }

    var strategy: VerdictPolicy.Strategy? { if case .deploy(_, let strategy) = self { strategy } else { nil } }
}
