import HTTPTypes
import Hummingbird
import Logging

/// Whether the process is well, and whether it reaches its database.
struct HealthRoutes {
    let release: RunningRelease
    let database: FreightDatabase
    let neverHealthy: Bool

    struct Answer: ResponseEncodable {
        var status: String
        var release: String
        var reason: String?
    }

    func add(to router: Router<FreightRequestContext>) {
        router.get("/health") { request, context in
            try answer(
                isWell: !neverHealthy, reason: neverHealthy ? "CHAOS_NEVER_HEALTHY is set" : nil, request, context)
        }
        router.get("/health/database") { request, context in
            do {
                try await database.check()
                return try answer(isWell: true, reason: nil, request, context)
            } catch {
                context.logger.warning("Database check failed", metadata: ["error": "\(error)"])
                return try answer(isWell: false, reason: "the database does not answer", request, context)
            }
        }
    }

    private func answer(
        isWell: Bool, reason: String?, _ request: Request, _ context: FreightRequestContext
    ) throws -> Response {
        let answer = Answer(status: isWell ? "ok" : "unavailable", release: release.version, reason: reason)
        var response = try answer.response(from: request, context: context)
        response.status = isWell ? .ok : .serviceUnavailable
        return response
    }
}
