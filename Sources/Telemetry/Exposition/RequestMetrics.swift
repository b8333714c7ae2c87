import Domain

/// The request log's counters as families of metrics.
enum RequestMetrics {
    static func families(
        _ environments: [(name: EnvironmentName, routes: [String], counters: RequestCounters)]
    ) -> [MetricFamily] {
        var requests = MetricFamily(
            "switchyard_requests_total", .counter, help: "Requests that reached a slot, by the class of their status.")
        var errors = MetricFamily(
            "switchyard_request_errors_total", .counter,
            help: "Requests that were answered with 5xx, not at all, or not to the end.")
        var times = MetricFamily(
            "switchyard_request_duration_seconds", .histogram,
            help: "Time from a request's arrival to the head of the application's response.")
        let bounds = RequestCounters.bounds.map { Double($0) / 1_000_000 }
        for environment in environments {
            for route in environment.counters.routes {
                let labels: [MetricFamily.Label] = [
                    .init("environment", environment.name.rawValue),
                    .init("slot", SlotName(number: route.slot).rawValue),
                    .init("route", environment.routes[route.route]),
                ]
                for (name, count) in zip(RequestCounters.classes, route.requests) where count > 0 {
                    requests.samples.append(.init(Double(count), labels: labels + [.init("code", name)]))
                }
                errors.samples.append(.init(Double(route.errors), labels: labels))
                times.addHistogram(
                    labels: labels, bounds: bounds, counts: route.times.map { Double($0) },
                    sum: Double(route.microseconds) / 1_000_000)
            }
        }
        return [requests, errors, times]
    }

    static func families(_ continuity: LogContinuity) -> [MetricFamily] {
        [
            MetricFamily(
                "switchyard_request_log_lines_total", .counter, help: "Lines of HAProxy's request log that were read.",
                samples: [.init(Double(continuity.received))]),
            MetricFamily(
                "switchyard_request_log_lines_lost_total", .counter,
                help: "Lines of HAProxy's request log that are known to be lost.",
                samples: [.init(Double(continuity.lost))]),
            MetricFamily(
                "switchyard_request_log_malformed_total", .counter,
                help: "Lines of HAProxy's request log that could not be read.",
                samples: [.init(Double(continuity.malformed))]),
            MetricFamily(
                "switchyard_request_log_connections", .gauge,
                help: "Processes of HAProxy whose request log is connected.",
                samples: [.init(Double(continuity.connections))]),
        ]
    }
}
