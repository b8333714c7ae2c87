import HTTPTypes
import Hummingbird
import Logging

/// Turns what handlers throw into an answer: JSON for programs, a page for people.
struct ProblemMiddleware: RouterMiddleware {
    let renderer: PageRenderer

    func handle(
        _ request: Request, context: FreightRequestContext,
        next: (Request, FreightRequestContext) async throws -> Response
    ) async throws -> Response {
        do {
            return try await next(request, context)
        } catch let error as FreightError {
            if error.status.kind == .serverError {
                context.logger.error("Request failed", metadata: ["error": "\(Self.cause(of: error))"])
            }
            let body = ProblemBody(code: error.code, message: error.description, fields: error.fields)
            return try answer(body, status: error.status, request, context)
        } catch let error as HTTPError {
            let message = error.body ?? error.status.reasonPhrase
            return try answer(ProblemBody(code: "http_error", message: message), status: error.status, request, context)
        } catch let error as any HTTPResponseError {
            return try error.response(from: request, context: context)
        } catch {
            context.logger.error("Request failed", metadata: ["error": "\(error)"])
            let body = ProblemBody(code: "internal_error", message: "Something went wrong; it has been logged.")
            return try answer(body, status: .internalServerError, request, context)
        }
    }

    private func answer(
        _ body: ProblemBody, status: HTTPResponse.Status, _ request: Request, _ context: FreightRequestContext
    ) throws -> Response {
        guard isForPeople(request) else {
            var response = try body.response(from: request, context: context)
            response.status = status
            return response
        }
        return renderer.problem(status: status, message: body.error.message)
    }

    private func isForPeople(_ request: Request) -> Bool {
        request.uri.path.hasPrefix("/dispatch") || request.uri.path.hasPrefix("/loads")
            || request.headers[.accept]?.contains("text/html") == true
    }

    /// What goes into the log, which may say more than the answer.
    private static func cause(of error: FreightError) -> String {
        if case .databaseUnavailable(let reason) = error { return reason }
        return error.description
    }
}
