import API
import Approvals
import Deployments
import Domain
import Foundation
import Hummingbird

/// Times in which environments are not to be changed.
struct FreezesController: Sendable {
    let desk: FreezeDesk
    let environments: Environments

    func addRoutes(to router: APIRouter) {
        router.on(.freezes) { _, _ in
            let now = Date()
            return try .json(await desk.freezes().map { FreezeReport($0, at: now) })
        }
        router.on(.beginFreeze) { request, context in
            let message = try await request.message(FreezeRequest.self)
            try Limits.require(message.reason, "reason", atMost: Limits.reasonCharacters)
            try Limits.require(message.requestedBy, "requestedBy", atMost: Limits.requesterCharacters)
            let environment = try environments.deployer(of: context.parameters.require("environment")).environment
            let now = Date()
            let freeze = try await desk.begin(
                Freeze(
                    id: UUID(), environment: environment.name, from: message.from ?? now, until: message.until,
                    reason: message.reason, by: context.requester(message.requestedBy), at: now), at: now)
            context.notes.add("freeze", freeze.id.text)
            context.notes.add("until", freeze.until.formatted(.iso8601))
            return try .json(FreezeReport(freeze, at: now), status: .created)
        }
        router.on(.liftFreeze) { _, context in
            let now = Date()
            let freeze = try await desk.lift(Self.id(context), by: context.requester(nil), at: now)
            return try .json(FreezeReport(freeze, at: now))
        }
    }

    static func id(_ context: AppRequestContext) throws -> UUID { try context.parameters.identifier("freeze") }
}

extension FreezeDesk {
    /// Throws while the environment is frozen; break-glass passes.
    func requireOpen(_ environment: EnvironmentName, breakGlass: Bool, at now: Date) async throws {
        guard !breakGlass, let freeze = try await current(in: environment, at: now) else { return }
        throw ControlPlaneError.frozen(
            environment, until: freeze.until.formatted(.iso8601), by: freeze.by, reason: freeze.reason,
            id: freeze.id.text)
    }
}

extension FreezeReport {
    init(_ freeze: Freeze, at now: Date) {
        let state =
            freeze.liftedAt != nil
            ? "lifted" : freeze.counts(at: now) ? "active" : freeze.isAhead(at: now) ? "ahead" : "over"
        self.init(
            id: freeze.id, environment: freeze.environment, from: freeze.from, until: freeze.until,
            reason: freeze.reason, by: freeze.by, liftedAt: freeze.liftedAt, liftedBy: freeze.liftedBy, state: state)
    }
}
