/// Everything outside that a deployment acts on.
package struct World: Sendable {
    package let router: any TrafficRouter
    package let runtime: any SlotRuntime
    package let database: any ApplicationDatabase
    package let prober: any ReleaseProber
    package let catalog: any ReleaseCatalog

    package init(
        router: any TrafficRouter, runtime: any SlotRuntime, database: any ApplicationDatabase,
        prober: any ReleaseProber, catalog: any ReleaseCatalog
    ) {
        self.router = router
        self.runtime = runtime
        self.database = database
        self.prober = prober
        self.catalog = catalog
    }
}
