import Domain
import Foundation
import Logging
import Ports
import Telemetry
import TestSupport
import Testing

/// Guards' values from a real Prometheus: one number is a value, everything else is inconclusive and never a pass.
@Suite(.timeLimit(.minutes(2)))
struct PrometheusReaderTests {
    private let reader = PrometheusReader(logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
    private let hasty = PrometheusReader(
        logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }, timeout: .milliseconds(300))

    @Test func `one number is a value, and nothing else is`() async throws {
        try await RunningPrometheus.with { prometheus in
            try await eventually("a first scrape") {
                await reader.value(of: prometheus.metric("up")) == .value(1)
            }
            let values: [(query: String, value: Double)] = [
                ("42", 42), ("sum(up) * 2", 2), ("scalar(up) - 3.5", -2.5), ("vector(1e-3)", 0.001),
                ("count({job=\"itself\"}) > bool 100 # a comment & more", 1),
            ]
            for (query, value) in values {
                #expect(await reader.value(of: prometheus.metric(query)) == .value(value), "\(query)")
            }
            let causes: [(query: String, cause: String)] = [
                ("nothing_of_that_name", "has no series for the expression"),
                ("up > 1", "has no series for the expression"),
                ("0 / 0", "answered NaN, which is no number to compare"),
                ("vector(0) / 0", "answered NaN, which is no number to compare"),
                ("1 / 0", "answered +Inf, which is no number to compare"),
                ("up[5m]", "answered with a matrix, and a guard needs one number"),
                ("'text'", "answered with a string, and a guard needs one number"),
                ("sum(", "refuses the expression: invalid parameter \"query\": 1:5: parse error: unclosed left paren"),
                ("up + on() {job=\"itself\"}", "answered 422 ("),
            ]
            for (query, cause) in causes {
                let said = sentence(await reader.value(of: prometheus.metric(query)))
                #expect(
                    said.hasPrefix("The metric 'probed' has no value: Prometheus at \(prometheus.url) \(cause)"),
                    "\(said)")
            }
            let several = sentence(await reader.value(of: prometheus.metric("{job=\"itself\"}")))
            #expect(several.contains(/has [0-9]{2,} series for the expression, and a guard needs one/), "\(several)")
        }
    }

    @Test func `a value that comes with a warning is none`() async throws {
        let nobody = "http://127.0.0.1:\(try FreePort.find(count: 1)[0])/read"
        try await RunningPrometheus.with(remote: nobody) { prometheus in
            try await eventually("a warning about the samples that cannot be had") {
                sentence(await reader.value(of: prometheus.metric("up"))).contains("answered with a warning: ")
            }
            #expect(await reader.value(of: prometheus.metric("1 + 1")) == .value(2), "nothing was left out there")
        }
    }

    @Test func `a server asked before the release says whether it takes an expression`() async throws {
        try await RunningPrometheus.with { prometheus in
            try await eventually("a server that answers") { await reader.check(prometheus.metric("up")) == .accepted }
            #expect(await reader.check(prometheus.metric("rate(nothing_of_that_name[5m])")) == .accepted)
            let refused = await reader.check(prometheus.metric("first_over_time(up[5m])"))
            guard case .refused(let said) = refused else {
                Issue.record("\(refused)")
                return
            }
            #expect(said.contains("refuses the expression") && said.contains("unknown function"), "\(said)")
            prometheus.kill()
            let gone = "Prometheus at \(prometheus.url) refuses connections, so it may not be running."
            #expect(
                await reader.check(prometheus.metric("up")) == .unanswered("The metric 'probed' has no value: \(gone)"))
            #expect(
                await reader.value(of: prometheus.metric("up"))
                    == .inconclusive("The metric 'probed' has no value: \(gone)"))
        }
    }

    @Test func `a server that hangs is given up, also in the middle of its answer`() async throws {
        let servers = [try ScriptedServer.silent(), try .falteringAfter("{\"status\": \"success\", \"data\": {")]
        for server in servers {
            let metric = MetricGuard(name: "loads", server: server.url, query: "up", minimum: 1)
            #expect(sentence(await hasty.value(of: metric)).hasSuffix("\(server.url) did not answer within 0.3 s."))
            #expect(await hasty.check(metric) == .unanswered(sentence(await hasty.value(of: metric))))
        }
    }

    static let answers: [(status: String, body: String, cause: String)] = [
        ("200 OK", "", "answered something else than Prometheus's API does"),
        ("200 OK", "<html>", "answered something else than Prometheus's API does"),
        ("200 OK", "{\"status\": \"success\"}", "answered something else than Prometheus's API does"),
        ("200 OK", vector("[1, \"soon\"]"), "answered something else than Prometheus's API does"),
        (
            "200 OK", "{\"status\": \"error\", \"error\": \"none\"}",
            "answered something else than Prometheus's API does"
        ),
        (
            "200 OK", vector("[1, \"1\"]", more: ", \"warnings\": [\"partial\\nanswer\"]"),
            "answered with a warning: partial answer"
        ),
        (
            "200 OK",
            "{\"status\": \"success\", \"data\": {\"resultType\": \"vector\", \"result\": [{\"histogram\": [1, {}]}]}}",
            "answered with a histogram, and a guard needs one number"
        ),
        (
            "200 OK", String(repeating: " ", count: 1_048_577),
            "answered with more than 1024 KiB; aggregate to one number"
        ),
        ("400 Bad Request", "{}", "answered 400"), ("401 Unauthorized", "who?", "answered 401"),
        (
            "503 Service Unavailable", "{\"status\": \"error\", \"error\": \"TSDB not ready.\"}",
            "answered 503 (TSDB not ready)"
        ),
        ("302 Found", "", "answered 302"),
    ]

    @Test(arguments: answers)
    func `an answer that is no value is inconclusive, with its cause and without the password`(
        status: String, body: String, cause: String
    ) async throws {
        let server = try ScriptedServer.answering(status, body, headers: ["location: http://127.0.0.1:1/elsewhere"])
        let url = server.url.replacing("http://", with: "http://dora:s3cr%40t@")
        let metric = MetricGuard(name: "loads", server: "\(url)/base/", query: "a+b & c=\"é\"", minimum: 1)
        let said = sentence(await reader.value(of: metric))
        #expect(said == "The metric 'loads' has no value: Prometheus at \(server.url)/base \(cause).")
        #expect(server.request.hasPrefix("POST /base/api/v1/query HTTP/1.1\r\n"))
        #expect(server.request.lowercased().contains("\r\nauthorization: basic zg9yytpzm2nyqhq=\r\n"))
        #expect(server.request.contains("query=a%2Bb%20%26%20c%3D%22%C3%A9%22"))
    }

    @Test func `a remark does not take a value away`() async throws {
        let server = try ScriptedServer.answering(
            "200 OK", Self.vector("[1, \"2.5\"]", more: ", \"infos\": [\"not a counter\"]"))
        let metric = MetricGuard(name: "loads", server: server.url, query: "up", minimum: 1)
        #expect(await reader.value(of: metric) == .value(2.5))
        #expect(!server.request.lowercased().contains("authorization"))
    }

    private static func vector(_ sample: String, more: String = "") -> String {
        let data = "{\"resultType\": \"vector\", \"result\": [{\"metric\": {}, \"value\": \(sample)}]}"
        return "{\"status\": \"success\", \"data\": \(data)\(more)}"
    }

    private func sentence(_ reading: PrometheusReader.Reading) -> String {
        switch reading {
        case .value(let value): "\(value)"
        case .inconclusive(let sentence): sentence
        }
    }
}
