import API
import Approvals
import Deployments
import Domain
import Foundation
import HTTPTypes
import Hummingbird

/// Environments: what they look like, deploying into them, going back, maintenance.
struct EnvironmentsController: Sendable {
    let application: ApplicationName
    let environments: Environments
    let catalog: any ReleaseCatalog
    let world: World
    let infrastructure: Infrastructure
    let freezes: FreezeDesk

    func addRoutes(to router: APIRouter) {
        router.on(.environment) { request, context in
            try .json(await reporter.report(on: deployer(context)))
        }
        router.on(.plan) { request, context in
            let message = try await request.message(DeployRequest.self)
            let deployer = try deployer(context)
            try await infrastructure.waitUntilReady(for: deployer.environment)
            let plan = try await deployer.plan(
                catalog.find(message.release, of: application), strategy: message.strategy)
            return try .json(PlanReport(digest: plan.digest(for: deployer.environment), plan: plan))
        }
        router.on(.deploy) { request, context in
            let message = try await request.message(DeployRequest.self)
            try Limits.require(message.requestedBy, "requestedBy", atMost: Limits.requesterCharacters)
            let deployer = try deployer(context)
            try await requireOpen(deployer, context)
            try await infrastructure.waitUntilReady(for: deployer.environment)
            let deployment = try await deployer.deploy(
                catalog.find(message.release, of: application), by: context.requester(message.requestedBy),
                planDigest: message.planDigest,
                strategy: message.strategy
            )
            context.notes.add("deployment", "\(deployment.id)")
            return try .json(DeploymentSummary(deployment), status: .accepted)
        }
        router.on(.rollBack) { request, context in
            let message = try await request.message(RollBackRequest.self)
            try Limits.require(message.requestedBy, "requestedBy", atMost: Limits.requesterCharacters)
            try Limits.require(message.reason, "reason", atMost: Limits.reasonCharacters)
            let deployment = try await goBack(message, deployer(context), context)
            context.notes.add("deployment", "\(deployment.id)")
            return try .json(DeploymentSummary(deployment), status: .accepted)
        }
        router.on(.planContraction) { _, context in
            let deployer = try deployer(context)
            try await infrastructure.waitUntilReady(for: deployer.environment)
            let plan = try await deployer.planContraction()
            return try .json(PlanReport(digest: plan.digest(for: deployer.environment), plan: plan))
        }
        router.on(.contract) { request, context in
            let message = try await request.message(ContractRequest.self)
            try Limits.require(message.requestedBy, "requestedBy", atMost: Limits.requesterCharacters)
            let deployer = try deployer(context)
            try await requireOpen(deployer, context)
            try await infrastructure.waitUntilReady(for: deployer.environment)
            let deployment = try await deployer.contract(
                by: context.requester(message.requestedBy), planDigest: message.planDigest)
            context.notes.add("deployment", "\(deployment.id)")
            return try .json(DeploymentSummary(deployment), status: .accepted)
        }
        router.on(.setMaintenance) { request, context in
            let message = try await request.message(MaintenanceRequest.self)
            try Limits.require(message.requestedBy, "requestedBy", atMost: Limits.requesterCharacters)
            let deployer = try deployer(context)
            try await deployer.setMaintenance(message.isOn, by: context.requester(message.requestedBy))
            return try .json(await reporter.report(on: deployer))
        }
    }

    /// Goes back to the release before, or by a full deployment to one that is in no slot any more.
    private func goBack(
        _ message: RollBackRequest, _ deployer: EnvironmentDeployer, _ context: AppRequestContext
    ) async throws -> Deployment {
        let requester = context.requester(message.requestedBy)
        let reason = message.reason ?? "asked for"
        guard let text = message.release else { return try await deployer.rollBack(by: requester, reason: reason) }
        let release = try await catalog.find(text, of: application)
        let table = await deployer.table
        if await deployer.current == nil, table.waysBack.first?.occupant?.release.digest == release.digest {
            return try await deployer.rollBack(by: requester, reason: reason)
        }
        guard await deployer.hasServed(release.reference) else {
            throw ControlPlaneError.neverServed(release.reference, deployer.environment.name)
        }
        try await infrastructure.waitUntilReady(for: deployer.environment)
        return try await deployer.deploy(
            release, by: requester, planDigest: message.planDigest, strategy: .blueGreen)
    }

    private func requireOpen(_ deployer: EnvironmentDeployer, _ context: AppRequestContext) async throws {
        try await freezes.requireOpen(
            deployer.environment.name, breakGlass: context.admission?.breakGlass != nil, at: Date())
    }

    private var reporter: EnvironmentReporter { EnvironmentReporter(world: world) }

    private func deployer(_ context: AppRequestContext) throws -> EnvironmentDeployer {
        try environments.deployer(of: context.parameters.require("environment"))
    }
}

extension Parameters {
    /// A whole number from the query, or nil when it is not given.
    func whole(_ name: Substring, in range: ClosedRange<Int>) throws -> Int? {
        guard let text = get(String(name)) else { return nil }
        guard let number = Int(text), range.contains(number) else {
            throw ControlPlaneError.invalidParameter(
                name: String(name), value: text,
                expected: "a whole number from \(range.lowerBound) to \(range.upperBound)"
            )
        }
        return number
    }
}
