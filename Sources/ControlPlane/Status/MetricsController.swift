import Deployments
import Domain
import Hummingbird
import NIOCore
import Telemetry

/// What Prometheus collects: requests by slot and route, the request log itself, and the state of each judge.
struct MetricsController: Sendable {
    let log: RequestLog
    let environments: Environments

    func addRoute(to router: RouterGroup<AppRequestContext>) {
        router.get("/metrics") { _, _ in
            let text = MetricsText.render(log.metricFamilies + JudgeMetrics.families(of: await verdicts()))
            return Response(
                status: .ok, headers: [.contentType: MetricsText.contentType],
                body: ResponseBody(byteBuffer: ByteBuffer(string: text)))
        }
    }

    private func verdicts() async -> [(environment: EnvironmentName, report: VerdictReport)] {
        var found: [(EnvironmentName, VerdictReport)] = []
        for deployer in environments.deployers {
            if let report = await deployer.verdict { found.append((deployer.environment.name, report)) }
        }
        return found
    }
}
