import API
import Access
import Approvals
import Deployments
import Domain
import Foundation
import Hummingbird

/// Finds the environments of things that are named by a number or an id.
struct NamedThings: Sendable {
    let journal: Journal
    let commands: OneOffCommands
    let breakGlass: BreakGlassDesk
    let requests: RequestDesk
    let freezes: FreezeDesk
    let environments: [EnvironmentName]

    /// All that a request says of its environment: in its path, its query, its body and by what it names.
    func claim(_ request: IncomingRequest, _ context: AppRequestContext) async throws -> EnvironmentClaim {
        var claim = EnvironmentClaim()
        if let text = context.parameters.get("environment") {
            guard let name = environments.first(where: { $0.rawValue == text }) else {
                throw ControlPlaneError.unknownEnvironment(text, known: environments)
            }
            claim.add(name, from: "path")
        }
        if let text = request.request.uri.queryParameters.get("environment") {
            claim.add(try EnvironmentName(text), from: "query")
        }
        claim.add(request.message.environment, from: "body")
        if context.parameters.get("deployment") != nil {
            let id = try DeploymentsController.deployment(context)
            claim.add(try await journal.deployment(id).environment, from: "deployment")
        }
        if context.parameters.get("command") != nil {
            claim.add(try await commands.environment(of: CommandsController.command(context)), from: "command")
        }
        if context.parameters.get("request") != nil {
            claim.add(try await requests.request(RequestsController.id(context)).environment, from: "request")
        }
        if context.parameters.get("freeze") != nil {
            claim.add(try await freezes.freeze(FreezesController.id(context)).environment, from: "freeze")
        }
        if context.parameters.get("use") != nil {
            claim.add(try await breakGlass.use(BreakGlassController.use(context)).environment, from: "use")
        }
        return claim
    }
}

extension Gatekeeper {
    /// Reads a request and lets it in to its route, or throws why not; what was refused is recorded.
    ///
    /// Nobody is let in to a route that is open to anybody. Of strangers no message is read before they are known.
    func admit(
        _ request: Request, to route: Route, _ things: NamedThings, _ context: AppRequestContext
    ) async throws -> (IncomingRequest, Admission?) {
        let (now, address) = (Date(), NetworkAddress(peer: context.remoteAddress))
        var subject: Subject?
        do {
            guard let permission = route.permission else {
                try strangers.check(.address(address), at: now)
                return (try await IncomingRequest(request, for: route, redactedBy: log), nil)
            }
            let known = try await self.subject(of: request, from: address, at: now)
            subject = known
            let incoming = try await IncomingRequest(request, for: route, redactedBy: log)
            let claim = try await things.claim(incoming, context)
            return (incoming, try await admit(known, to: permission, claim, from: address, at: now))
        } catch {
            await refusals.note(error, route.rawValue, subject, from: address, at: now)
            throw error
        }
    }

    /// Counts what somebody unknown was refused, so that nobody fills the record by asking.
    func noteStranger(_ context: AppRequestContext) {
        strangers.note(.address(NetworkAddress(peer: context.remoteAddress)), at: Date())
    }

    /// Whether somebody who was let in before would be let in now; nothing is recorded.
    func wouldAdmit(
        _ request: Request, to route: Route, _ things: NamedThings, _ context: AppRequestContext
    ) async -> Bool {
        guard let permission = route.permission else { return true }
        let (now, address) = (Date(), NetworkAddress(peer: context.remoteAddress))
        do {
            let subject = try await subject(of: request, from: address, at: now)
            let claim = try await things.claim(IncomingRequest(request, for: route, redactedBy: log), context)
            _ = try await admit(subject, to: permission, claim, from: address, at: now)
            return true
        } catch is AccessError, is Denial, is Problem {
            return false
        } catch {
            // What cannot be looked up at the moment takes nothing away.
            return true
        }
    }
}
