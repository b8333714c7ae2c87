/// Everything outside that a deployment acts on.
package struct World: Sendable {
    package let router: any TrafficRouter
    package let runtime: any SlotRuntime
    package let database: any ApplicationDatabase
    package let prober: any ReleaseProber
    package let catalog: any ReleaseCatalog
    package let telemetry: any RequestTelemetry
    package let metrics: any MetricReader

    package init(
        router: any TrafficRouter, runtime: any SlotRuntime, database: any ApplicationDatabase,
        prober: any ReleaseProber, catalog: any ReleaseCatalog, telemetry: any RequestTelemetry,
        metrics: any MetricReader
    ) {
        self.router = router
        self.runtime = runtime
        self.database = database
        self.prober = prober
        self.catalog = catalog
        self.telemetry = telemetry
        self.metrics = metrics
    }
}
