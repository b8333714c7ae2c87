import API
import Hummingbird

/// The configuration: what would change, and changing it.
struct ConfigurationController: Sendable {
    let keeper: ConfigurationKeeper

    func addRoutes(to router: APIRouter) {
        router.on(.configuration) { _, _ in try .json(await keeper.report()) }
        router.on(.compareConfiguration) { request, _ in
            try .json(await keeper.compare(message(request)))
        }
        router.on(.applyConfiguration) { request, _ in
            try .json(await keeper.apply(message(request)), status: .accepted)
        }
    }

    private func message(_ request: Request) async throws -> ConfigurationRequest {
        let message = try await request.message(ConfigurationRequest.self)
        guard (message.requestedBy ?? "").unicodeScalars.count <= Limits.requesterCharacters else {
            throw ControlPlaneError.invalidParameter(
                name: "requestedBy", value: "\((message.requestedBy ?? "").prefix(20))…",
                expected: "at most \(Limits.requesterCharacters) characters")
        }
        return message
    }
}
