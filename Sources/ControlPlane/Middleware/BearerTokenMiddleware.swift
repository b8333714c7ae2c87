import API
import Crypto
import Foundation
import Hummingbird

/// Lets in who shows the token of the state folder; only `/health` lies outside of it.
struct BearerTokenMiddleware: RouterMiddleware {
    typealias Context = AppRequestContext

    private let expected: SHA256.Digest

    init(token: String) {
        expected = SHA256.hash(data: Data(token.utf8))
    }

    func handle(
        _ request: Request, context: AppRequestContext,
        next: (Request, AppRequestContext) async throws -> Response
    ) async throws -> Response {
        let header = request.headers[.authorization] ?? ""
        let shown = header.hasPrefix("Bearer ") ? String(header.dropFirst("Bearer ".count)) : ""
        // Digests are compared, so that the time it takes tells nothing about the token.
        guard SHA256.hash(data: Data(shown.utf8)) == expected else {
            throw Problem(
                code: "unauthorized", title: "Unauthorized", status: 401,
                detail: "Show the token from the state folder's file 'token' as 'Authorization: Bearer ...'."
            )
        }
        return try await next(request, context)
    }
}
