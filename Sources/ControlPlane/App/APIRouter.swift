import API
import Audit
import Hummingbird
import NIOCore

/// Binds handlers to routes of the API's table; a route can be bound only where its method and path say.
///
/// Whoever asks is let in by the gatekeeper first; then what is done is recorded, and done.
final class APIRouter {
    private let group: RouterGroup<AppRequestContext>
    private let gatekeeper: Gatekeeper
    private let things: NamedThings
    private let trail: AuditTrail
    private(set) var bound: Set<Route> = []

    /// What routes do is recorded in `trail`.
    init(
        _ group: RouterGroup<AppRequestContext>, gatekeeper: Gatekeeper, things: NamedThings, trail: AuditTrail
    ) {
        self.group = group
        self.gatekeeper = gatekeeper
        self.things = things
        self.trail = trail
    }

    func on(
        _ route: Route, handle: @escaping @Sendable (Request, AppRequestContext) async throws -> Response
    ) {
        bound.insert(route)
        let (trail, gatekeeper, things) = (trail, gatekeeper, things)
        group.on(RouterPath(route.path), method: route.method.http) { request, context in
            let (incoming, admission) = try await gatekeeper.admit(request, to: route, things, context)
            var admitted = context
            admitted.admission = admission
            admitted.isStillAdmitted = { [head = Request(head: request.head, body: .init(buffer: .init()))] in
                await gatekeeper.wouldAdmit(head, to: route, things, context)
            }
            let lastContext = admitted
            guard let action = route.action else { return try await handle(incoming.request, lastContext) }
            let entry = AuditEntry(of: incoming, to: route, action, by: admission, lastContext)
            context.notes.actor = entry.actor
            do {
                return try await trail.record(entry, goesBack: route.goesBack, notes: context.notes) {
                    try await handle(incoming.request, lastContext)
                }
            } catch {
                if route.isOpen { gatekeeper.noteStranger(context) }
                throw error
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
