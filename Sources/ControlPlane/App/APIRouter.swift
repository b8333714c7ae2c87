import API
import Hummingbird

/// Binds handlers to routes of the API's table; a route can be bound only where its method and path say.
final class APIRouter {
    private let group: RouterGroup<AppRequestContext>
    private(set) var bound: Set<Route> = []

    init(_ group: RouterGroup<AppRequestContext>) { self.group = group }

    func on(
        _ route: Route, handle: @escaping @Sendable (Request, AppRequestContext) async throws -> Response
    ) {
        bound.insert(route)
        group.on(RouterPath(route.path), method: route.method.http, use: handle)
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
