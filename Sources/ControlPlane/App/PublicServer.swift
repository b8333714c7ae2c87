import Hummingbird
import Logging
import NIOCore
import ServiceLifecycle

/// What anybody may see, on a listener of its own: nothing that needs a token is reachable there.
struct PublicServer: ServiceLifecycle.Service {
    let listen: String
    let published: PublishedCheckpoint
    let logger: Logger

    func run() async throws {
        let address = try ListenAddress(listen, named: "api.public_listen")
        let application = Application(
            router: Self.router(published), server: .bounded,
            configuration: .bounded(at: address, connections: Limits.publicConnections),
            onServerRunning: { channel in
                logger.info("public", metadata: ["url": "\(address.url(port: channel.localAddress?.port ?? 0))"])
            },
            logger: logger)
        try await application.run()
    }

    static func router(_ published: PublishedCheckpoint) -> Router<AppRequestContext> {
        let router = Router(context: AppRequestContext.self)
        router.addMiddleware { ProblemMiddleware() }
        addRoutes(to: router, published)
        return router
    }

    /// What is open to anybody, there and on the API's own listener.
    static func addRoutes(to router: Router<AppRequestContext>, _ published: PublishedCheckpoint) {
        router.get("/health") { _, _ in "ok\n" }
        published.addRoute(to: router)
    }
}
