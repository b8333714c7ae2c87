import API
import Hummingbird

/// The configuration: what would change, and changing it.
struct ConfigurationController: Sendable {
    let keeper: ConfigurationKeeper

    func addRoutes(to router: APIRouter) {
        router.on(.configuration) { _, _ in try .json(await keeper.report()) }
        router.on(.compareConfiguration) { request, context in
            try .json(await keeper.compare(message(request, context)))
        }
        router.on(.applyConfiguration) { request, context in
            try .json(await keeper.apply(message(request, context)), status: .accepted)
        }
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
