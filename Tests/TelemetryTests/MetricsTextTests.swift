import Domain
import Foundation
import Testing

@testable import Telemetry

/// What Prometheus is given is what Prometheus takes.
struct MetricsTextTests {
    @Test func `labels and help are escaped, whole numbers are whole`() {
        var times = MetricFamily("a_seconds", .histogram, help: "Times \\ of\nall.")
        times.addHistogram(labels: [.init("route", "GET \"/\\\n")], bounds: [0.5, 1], counts: [2, 0, 1], sum: 3.25)
        let text = MetricsText.render([
            times, MetricFamily("b", .gauge, help: "None."),
            MetricFamily(
                "c", .gauge, help: "Odd.", samples: [.init(.nan), .init(.infinity), .init(-.infinity), .init(7)]),
        ])
        #expect(
            text == #"""
                # HELP a_seconds Times \\ of\nall.
                # TYPE a_seconds histogram
                a_seconds_bucket{route="GET \"/\\\n",le="0.5"} 2
                a_seconds_bucket{route="GET \"/\\\n",le="1"} 2
                a_seconds_bucket{route="GET \"/\\\n",le="+Inf"} 3
                a_seconds_sum{route="GET \"/\\\n"} 3.25
                a_seconds_count{route="GET \"/\\\n"} 3
                # HELP c Odd.
                # TYPE c gauge
                c NaN
                c +Inf
                c -Inf
                c 7

                """#)
    }

    @Test func `all counters are rendered`() throws {
        let text = try filledLog()
        for line in [
            #"switchyard_requests_total{environment="production",slot="s1",route="GET /loads/:id",code="2xx"} 2"#,
            #"switchyard_requests_total{environment="production",slot="s2",route="POST /",code="5xx"} 1"#,
            #"switchyard_request_errors_total{environment="production",slot="s2",route="POST /"} 1"#,
            #"switchyard_request_duration_seconds_bucket{environment="production",slot="s1",route="GET /loads/:id",le="0.001"} 1"#,
            #"switchyard_request_duration_seconds_bucket{environment="production",slot="s1",route="GET /loads/:id",le="0.005"} 2"#,
            #"switchyard_request_duration_seconds_sum{environment="production",slot="s1",route="GET /loads/:id"} 0.004"#,
            #"switchyard_request_log_lines_total 4"#, #"switchyard_request_log_lines_lost_total 0"#,
            #"switchyard_request_log_connections 1"#,
        ] {
            #expect(text.contains(line + "\n"), "\(line)")
        }
    }

    @Test func `promtool finds nothing to say`() throws {
        let promtool = Process()
        promtool.executableURL = URL(filePath: "/usr/bin/env")
        promtool.arguments = ["promtool", "check", "metrics"]
        let (input, output) = (Pipe(), Pipe())
        promtool.standardInput = input
        promtool.standardOutput = output
        promtool.standardError = output
        try promtool.run()
        try input.fileHandleForWriting.write(contentsOf: Data(filledLog().utf8))
        try input.fileHandleForWriting.close()
        let said = output.fileHandleForReading.readDataToEndOfFile()
        promtool.waitUntilExit()
        #expect(promtool.terminationStatus == 0)
        #expect(String(decoding: said, as: UTF8.self) == "")
    }

    private func filledLog() throws -> String {
        var fed = FedBook()
        try fed.read([
            LogLine(microseconds: 1_000, path: "/loads/7"), LogLine(microseconds: 3_000, path: "/loads/8"),
            LogLine(backend: "production-s2-write", status: 503, microseconds: nil, method: "POST"),
            LogLine(backend: "nowhere", status: 503, microseconds: nil),
        ])
        let environments = fed.book.environments.map { ($0.name, $0.routes.names, $0.counters) }
        return MetricsText.render(
            RequestMetrics.families(environments) + RequestMetrics.families(fed.book.continuity))
    }
}
