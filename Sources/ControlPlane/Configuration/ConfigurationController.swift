import API
import Access
import Foundation
import Hummingbird

/// The configuration: what would change, and changing it.
struct ConfigurationController: Sendable {
    let keeper: ConfigurationKeeper
    let gatekeeper: Gatekeeper

    func addRoutes(to router: APIRouter) {
        router.on(.configuration) { _, _ in try .json(await keeper.report()) }
        router.on(.compareConfiguration) { request, context in
            try .json(await keeper.compare(message(request, context)))
        }
        router.on(.applyConfiguration) { request, context in
            let isStaffed = await gatekeeper.policy(at: Date()).isStaffed
            return try .json(
                await keeper.apply(message(request, context), unless: { isStaffed && Self.isGuarded($0) }),
                status: .accepted)
        }
    }

    /// Who watches over people is not changed by one of them: with accounts it takes the machine and a start.
    private static func isGuarded(_ key: String) -> Bool {
        key.hasPrefix("access.") || key.hasPrefix("audit.") || key.hasPrefix("api.") || key.hasSuffix(".protected")
    }

    private func message(_ request: Request, _ context: AppRequestContext) async throws -> ConfigurationRequest {
        var message = try await request.message(ConfigurationRequest.self)
        guard (message.requestedBy ?? "").unicodeScalars.count <= Limits.requesterCharacters else {
            throw ControlPlaneError.invalidParameter(
                name: "requestedBy", value: "\((message.requestedBy ?? "").prefix(20))…",
                expected: "at most \(Limits.requesterCharacters) characters")
        }
        message.requestedBy = context.requester(message.requestedBy)
        return message
    }
}
