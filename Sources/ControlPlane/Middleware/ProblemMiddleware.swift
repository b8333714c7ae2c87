import API
import Foundation
import Hummingbird
import Logging

/// Turns whatever a handler throws into a problem document, and logs what nobody expected.
struct ProblemMiddleware: RouterMiddleware {
    typealias Context = AppRequestContext

    func handle(
        _ request: Request, context: AppRequestContext,
        next: (Request, AppRequestContext) async throws -> Response
    ) async throws -> Response {
        do {
            return try await next(request, context)
        } catch {
            let problem = Problem(error)
            if problem.status >= 500 {
                context.logger.error("request failed", metadata: ["error": "\(error)", "path": "\(request.uri.path)"])
            }
            return try .json(
                problem, status: .init(code: problem.status), type: "application/problem+json"
            )
        }
    }
}
