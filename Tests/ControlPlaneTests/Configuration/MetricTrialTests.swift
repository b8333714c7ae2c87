import Domain
import Foundation
import Hummingbird
import Logging
import Ports
import Telemetry
import Testing

@testable import ControlPlane

/// What guards releases is tried at its servers before a configuration takes the place of another one.
@Suite(.timeLimit(.minutes(1))) struct MetricTrialTests {
    private let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
    private var trial: MetricTrial { MetricTrial(reader: PrometheusReader(logger: logger)) }

    @Test func `an expression that a server refuses refuses the configuration`() async throws {
        try await withServer { url in
            let warnings = try await trial.check([environment(("loads", url, "up"), ("more", url, "1"))])
            #expect(warnings == [])
            let error = await #expect(throws: ControlPlaneError.self) {
                try await trial.check([environment(("loads", url, "up"), ("revenue", url, "new(up)"))])
            }
            let said = "\(error?.description ?? "")"
            #expect(said.hasPrefix("The metric 'revenue' has no value: Prometheus at \(url) refuses"), "\(said)")
            #expect(said.contains("refuses the expression: unknown function") && said.contains("Nothing was changed."))
        }
    }

    @Test func `a server that does not answer is told once, and refuses nothing`() async throws {
        let nobody = "http://127.0.0.1:\(try FreePort.find(count: 1)[0])"
        try await withServer { url in
            let warnings = try await trial.check([
                environment(("loads", nobody, "up"), ("revenue", nobody, "up"), ("errors", url, "up"))
            ])
            #expect(warnings.count == 1)
            #expect(warnings.first?.contains("Prometheus at \(nobody) refuses connections") == true, "\(warnings)")
        }
    }

    private func environment(_ metrics: (name: String, server: String, query: String)...) -> EnvironmentDefinition {
        var environment = EnvironmentDefinition(name: EnvironmentName(unchecked: "production"), domains: [])
        environment.policy.verdict.triggers.metrics = metrics.map {
            MetricGuard(name: $0.name, server: $0.server, query: $0.query, minimum: 0)
        }
        return environment
    }

    /// A server that knows no function `new`.
    private func withServer(_ body: @Sendable (String) async throws -> Void) async throws {
        let router = Router()
        router.post("api/v1/query") { request, _ -> Response in
            let form = String(buffer: try await request.body.collect(upTo: 65_536))
            let isRefused = form.contains("new")
            let refusal = #"{"status": "error", "errorType": "bad_data", "error": "unknown function"}"#
            let answer = #"{"status": "success", "data": {"resultType": "vector", "result": []}}"#
            return Response(
                status: isRefused ? .badRequest : .ok,
                body: .init(byteBuffer: ByteBuffer(string: isRefused ? refusal : answer)))
        }
        let ports = AsyncStream<Int>.makeStream()
        let application = Application(
            router: router, configuration: .init(address: .hostname("127.0.0.1", port: 0)),
            onServerRunning: { channel in ports.continuation.yield(channel.localAddress?.port ?? 0) }, logger: logger)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await application.run() }
            for await port in ports.stream.prefix(1) { try await body("http://127.0.0.1:\(port)") }
            group.cancelAll()
        }
    }
}
