import API
import Audit
import Hummingbird

/// Binds handlers to routes of the API's table; a route can be bound only where its method and path say.
final class APIRouter {
    private let group: RouterGroup<AppRequestContext>
    private let trail: AuditTrail
    private(set) var bound: Set<Route> = []

    /// What routes do is recorded in `trail`.
    init(_ group: RouterGroup<AppRequestContext>, trail: AuditTrail) {
        self.group = group
        self.trail = trail
    }

    func on(
        _ route: Route, handle: @escaping @Sendable (Request, AppRequestContext) async throws -> Response
    ) {
        bound.insert(route)
        let trail = trail
        group.on(RouterPath(route.path), method: route.method.http) { request, context in
            guard let action = route.action else { return try await handle(request, context) }
            let recorded = try await RecordedRequest(request, for: route, action, context)
            context.notes.actor = recorded.entry.actor
            return try await trail.record(recorded.entry, goesBack: route.goesBack, notes: context.notes) {
                try await handle(recorded.request, context)
            }
        }
    }
}

extension Route.Method {
    fileprivate var http: HTTPRequest.Method {
        switch self {
        case .get: .get
        case .post: .post
        case .put: .put
        case .delete: .delete
        }
    }
}
