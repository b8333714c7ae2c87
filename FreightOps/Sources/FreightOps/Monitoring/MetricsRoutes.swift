import HTTPTypes
import Hummingbird
import Logging

/// `/metrics`, for Prometheus: what Hummingbird measures through swift-metrics, and the figures of the freight.
struct MetricsRoutes {
    let release: RunningRelease
    let registry: PrometheusRegistry
    let loads: LoadStore
    let feed: LoadEventFeed

    func add(to router: Router<FreightRequestContext>) {
        router.get("/metrics") { _, context in
            var revenue: Revenue?
            do {
                revenue = try await loads.revenue()
            } catch {
                context.logger.warning("Figures of the database are missing", metadata: ["error": "\(error)"])
            }
            var text = PrometheusText()
            FreightFigures(release: release, eventStreams: feed.openStreams, revenue: revenue).write(to: &text)
            registry.write(to: &text)
            return Response(
                status: .ok,
                headers: [.contentType: "text/plain; version=0.0.4; charset=utf-8"],
                body: ResponseBody(byteBuffer: ByteBuffer(string: text.text))
            )
        }
    }
}
