import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Metrics
import Testing

@testable import FreightOps

@Suite(.timeLimit(.minutes(1)))
struct MetricsTests {
    @Test func `requests are counted by route, method and status`() async throws {
        try await FreightFixture.with(schema: "1.1.0") { freight in
            try await freight.seed(loads: 1)
            try await freight.web("1.1.0") { client in
                #expect(try await !client.get("/metrics").text.contains("/api/loads"))
                for _ in 0..<3 { _ = try await client.get("/api/loads/1") }
                _ = try await client.get("/api/loads/999")
                for path in ["/nowhere", "/nothing/at/all"] { _ = try await client.get(path) }
                _ = try await client.book()
                let text = try await client.get("/metrics").text
                let method = #"http_request_method="GET""#
                for line in [
                    #"hb_requests_total{\#(method),http_response_status_code="200",http_route="/api/loads/{id}"} 3"#,
                    #"hb_requests_total{\#(method),http_response_status_code="404",http_route="/api/loads/{id}"} 1"#,
                    // Whatever somebody asks for that is no route, is one series.
                    #"hb_requests_total{\#(method),http_response_status_code="404",http_route="NotFound"} 2"#,
                    #"hb_requests_total{http_request_method="POST",http_response_status_code="201",http_route="/api/loads"} 1"#,
                    #"http_server_request_duration_seconds_count{\#(method),http_response_status_code="200","#
                        + #"http_route="/api/loads/{id}"} 3"#,
                    // The request for the metrics.
                    "http_server_active_requests{\(method)} 1", "freightops_metric_series_left_out 0",
                ] {
                    #expect(text.contains(line + "\n"), "\(line)\n\(text)")
                }
                _ = try MetricsSample.all(in: text)
            }
        }
    }

    @Test func `a delivered load is revenue`() async throws {
        try await FreightFixture.with(schema: "1.1.0") { freight in
            try await freight.seed(loads: 1)
            try await freight.web("1.1.0") { client in
                let load = try await client.book()
                #expect(try await client.get("/metrics").text.contains("freightops_loads_completed_total 1\n"))
                _ = try await client.post("/api/loads/\(load)/dispatch", #"{"vehicleId":2,"driverId":2}"#)
                _ = try await client.post("/api/loads/\(load)/deliver")
                let text = try await client.get("/metrics").text
                #expect(text.contains("freightops_loads_completed_total 2\n"))
                // The one load of the test data was delivered for $450.
                #expect(text.contains("freightops_revenue_cents_total 170000\n"))
                #expect(text.contains("freightops_revenue_dollars_total 1700.0\n"))
            }
        }
    }

    @Test func `counters, gauges and durations of any library are written by the rules of the format`() throws {
        let registry = PrometheusRegistry()
        Counter(label: "9.lives-left", dimensions: [("cat", "a\"b\\\n")], factory: registry).increment(by: 3)
        Counter(label: "never", factory: registry).increment(by: 0)
        FloatingPointCounter(label: "weight", factory: registry).increment(by: 0.5)
        let meter = Meter(label: "open", factory: registry)
        meter.increment(by: 3)
        meter.decrement()
        Gauge(label: "level", factory: registry).record(1.5)
        let timer = Timer(label: "wait", factory: registry)
        for milliseconds in [2, 30, 60_000] { timer.recordMilliseconds(milliseconds) }
        var text = PrometheusText()
        registry.write(to: &text)
        let samples = try MetricsSample.all(in: text.text)
        let values = Dictionary(samples.map { ($0.series, $0.value) }, uniquingKeysWith: { first, _ in first })
        #expect(values.count == samples.count, "each series is there once")
        for (series, value) in [
            #"_9_lives_left_total{cat="a\"b\\\n"}"#: 3, "weight_total": 0.5, "open": 2, "level": 1.5,
            #"wait_seconds_bucket{le="0.001"}"#: 0, #"wait_seconds_bucket{le="0.0025"}"#: 1,
            #"wait_seconds_bucket{le="0.05"}"#: 2, #"wait_seconds_bucket{le="10.0"}"#: 2,
            #"wait_seconds_bucket{le="+Inf"}"#: 3, "wait_seconds_count": 3, "wait_seconds_sum": 60.032,
        ] {
            #expect(values[series] == value, "\(series)")
        }
        #expect(!text.text.contains("never"))
    }

    @Test func `the same name and labels are one series, and a destroyed one is gone`() throws {
        let registry = PrometheusRegistry()
        Counter(label: "seen", dimensions: [("a", "1"), ("b", "2")], factory: registry).increment()
        let second = Counter(label: "seen", dimensions: [("b", "2"), ("a", "1")], factory: registry)
        second.increment()
        var text = PrometheusText()
        registry.write(to: &text)
        #expect(text.text.contains(#"seen_total{a="1",b="2"} 2"#))
        second.destroy()
        var afterwards = PrometheusText()
        registry.write(to: &afterwards)
        #expect(!afterwards.text.contains("seen_total"))
    }

    @Test func `series beyond the most are counted as left out, and so is a name of another kind`() throws {
        let registry = PrometheusRegistry(mostSeries: 2)
        for number in 1...5 {
            Counter(label: "seen", dimensions: [("number", "\(number)")], factory: registry).increment()
        }
        Gauge(label: "seen_total", factory: registry).record(1)
        var text = PrometheusText()
        registry.write(to: &text)
        let samples = try MetricsSample.all(in: text.text)
        #expect(samples.filter { $0.series.hasPrefix("seen_total{") }.count == 2)
        #expect(samples.contains { $0.series == "freightops_metric_series_left_out" && $0.value == 4 })
    }
}
