/// What the application knows of itself when it is asked for its metrics.
struct FreightFigures {
    let release: RunningRelease
    /// Event streams that this process keeps open.
    let eventStreams: Int
    /// nil when the database cannot say.
    let revenue: Revenue?

    func write(to text: inout PrometheusText) {
        text.family("freightops_release_info", "gauge", "The release that answers; always 1.")
        text.sample("freightops_release_info", "1", labels: ["version": release.version, "slot": release.slot])
        text.family("freightops_event_streams", "gauge", "Event streams that this process keeps open.")
        text.sample("freightops_event_streams", String(eventStreams))
        text.family("freightops_database_up", "gauge", "Whether the figures of the database could be read.")
        text.sample("freightops_database_up", revenue == nil ? "0" : "1")
        guard let revenue else { return }
        text.family("freightops_loads_completed_total", "counter", "Loads delivered, of all processes.")
        text.sample("freightops_loads_completed_total", String(revenue.deliveredLoads))
        text.family("freightops_revenue_cents_total", "counter", "Price of the loads delivered, in cents.")
        text.sample("freightops_revenue_cents_total", String(revenue.cents))
        text.family("freightops_revenue_dollars_total", "counter", "Price of the loads delivered, in dollars.")
        text.sample("freightops_revenue_dollars_total", String(Double(revenue.cents) / 100))
    }
}
