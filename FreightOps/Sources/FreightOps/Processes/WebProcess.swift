import HTTPTypes
package import Hummingbird
import Logging
import Metrics

/// The web process: pages, API, health and metrics.
package struct WebProcess: Sendable {
    private let settings: FreightSettings
    private let database: FreightDatabase
    private let logger: Logger
    /// What requests are measured into; `run()` makes it the process's.
    let registry = PrometheusRegistry()

    package init(_ settings: FreightSettings) {
        self.settings = settings
        database = FreightDatabase(settings, process: "web")
        logger = settings.logger(process: "web")
    }

    /// Serves until SIGTERM or SIGINT; then finishes the requests in flight, closes idle connections and returns.
    ///
    /// A database that cannot be reached does not keep it from starting: `/health/database` says so.
    package func run() async throws {
        let address = try settings.webAddress()
        let application = try application(host: address.host, port: address.port)
        MetricsSystem.bootstrap(registry)
        try await ProcessGroup(settings: settings, logger: logger).run([application])
        await database.close()
        logger.info("Web process stopped")
    }

    /// The application, not yet listening; port 0 lets the system choose.
    package func application(host: String = "127.0.0.1", port: Int = 0) throws -> some ApplicationProtocol {
        let feed = LoadEventFeed(store: LoadEventStore(database: database), logger: logger)
        let router = try router(feed)
        return Application(
            router: router,
            configuration: ApplicationConfiguration(
                address: .hostname(host, port: port), backlog: Limits.listenBacklog),
            services: [feed],
            onServerRunning: { [logger] channel in
                logger.info("Listening", metadata: ["address": "\(channel.localAddress?.description ?? host)"])
            },
            logger: logger
        )
    }

    func router(_ feed: LoadEventFeed) throws -> Router<FreightRequestContext> {
        let release = settings.release
        let renderer = try PageRenderer(release: release)
        let loads = LoadStore(database: database)
        let vehicles = VehicleStore(database: database, schema: release.vehicleSchema)
        let drivers = DriverStore(database: database)

        let router = Router(context: FreightRequestContext.self, options: .autoGenerateHeadEndpoints)
        router.add(middleware: VersionMiddleware(release: release))
        router.add(middleware: MetricsMiddleware())
        router.add(middleware: ProblemMiddleware(renderer: renderer))
        router.add(middleware: ChaosMiddleware(settings.chaos))

        HealthRoutes(release: release, database: database, neverHealthy: settings.chaos.neverHealthy).add(to: router)
        MetricsRoutes(release: release, registry: registry, loads: loads, feed: feed).add(to: router)
        LoadRoutes(loads: loads).add(to: router)
        FleetRoutes(vehicles: vehicles, drivers: drivers, customers: CustomerStore(database: database)).add(to: router)
        EventRoutes(feed: feed).add(to: router)
        LoadsPage(loads: loads, renderer: renderer).add(to: router)
        DispatchPage(
            loads: loads, vehicles: vehicles, drivers: drivers, figures: DispatchFigureCache(loads: loads),
            renderer: renderer
        ).add(to: router)
        router.get("/freightops.css") { _, _ in
            Response(
                status: .ok,
                headers: [.contentType: "text/css; charset=utf-8", .cacheControl: "max-age=300"],
                body: ResponseBody(byteBuffer: PageRenderer.stylesheet)
            )
        }
        return router
    }
}
