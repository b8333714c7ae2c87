import HTTPTypes
import Hummingbird

/// Writes into every answer which release gave it.
struct VersionMiddleware: RouterMiddleware {
    let release: RunningRelease

    func handle(
        _ request: Request, context: FreightRequestContext,
        next: (Request, FreightRequestContext) async throws -> Response
    ) async throws -> Response {
        var response = try await next(request, context)
        response.headers[.freightOpsVersion] = release.version
        return response
    }
}

extension HTTPField.Name {
    static let freightOpsVersion = Self("x-freightops-version")!
    static let idempotencyKey = Self("idempotency-key")!
    static let idempotencyReplayed = Self("idempotency-replayed")!
}
