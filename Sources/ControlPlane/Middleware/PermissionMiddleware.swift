import Access
import Foundation
import Hummingbird

/// Lets in who may do one thing; for what is no route of the API's table.
struct PermissionMiddleware: RouterMiddleware {
    typealias Context = AppRequestContext

    let gatekeeper: Gatekeeper
    let permission: Permission

    func handle(
        _ request: Request, context: AppRequestContext,
        next: (Request, AppRequestContext) async throws -> Response
    ) async throws -> Response {
        let (now, address) = (Date(), NetworkAddress(peer: context.remoteAddress))
        var subject: Subject?
        do {
            let known = try await gatekeeper.subject(of: request, from: address, at: now)
            subject = known
            _ = try await gatekeeper.admit(known, to: permission, EnvironmentClaim(), from: address, at: now)
        } catch {
            await gatekeeper.refusals.note(error, request.uri.path, subject, from: address, at: now)
            throw error
        }
        return try await next(request, context)
    }
}
