import Domain
import Judging

/// How the numbers of a Prometheus guard a release that users are on.
extension EnvironmentDeployer {
    /// The guards, as they are watched from now on.
    var metricWatch: MetricWatch {
        MetricWatch(guards, reader: world.metrics, outBefore: active?.metricsOutBefore ?? [])
    }

    /// Whether a deployment may have to wait for what Prometheus says.
    var isGuardedByMetrics: Bool { !guards.isEmpty }

    /// The first release of an environment has none: there is nothing to go back to.
    private var guards: [MetricGuard] { table.stable == nil ? [] : rules.triggers.metrics }

    /// Finds out what is wrong before the release has users, and so is no fault of its.
    func lookAtMetricsBeforeUsers() async {
        guard isGuardedByMetrics, table.split.share == 0 else { return }
        active?.metricsOutBefore = await MetricWatch.outOfBounds(guards, reader: world.metrics)
    }

    /// Does work while Prometheus is asked again and again.
    func asking<Value: Sendable>(
        _ metrics: MetricWatch, while work: @escaping @Sendable () async throws -> Value
    ) async throws -> Value {
        let interval = parts.lookInterval * Limits.looksPerMetric
        return try await working(watchedBy: { try await metrics.run(every: interval) }, work)
    }

    /// Waits until the bake of a release without stages is over; throws when its metrics or probes take it back.
    func bakeByTime(_ deployment: Deployment) async throws -> StepReport {
        let metrics = metricWatch
        return try await watching(deployment) {
            try await self.asking(metrics) { try await self.waitForEnd(beside: metrics) }
        }
    }

    private func waitForEnd(beside metrics: MetricWatch) async throws -> StepReport {
        var course = StageCourse(.full, under: policy, isJudged: false)
        while true {
            try await Task.sleep(for: Limits.probeInterval)
            let shared = try await sharedObstacle(course: &course)
            let silence = metrics.silence ?? shared
            course.note(Observation(), silence: silence)
            if let fault = metrics.fault { try await takeBack(because: fault, course: &course) }
            switch try await settle(.open, obstacle: silence, course: &course) {
            case .passed: return StepReport("healthy for \(policy.bakeSeconds.seconds)")
            case .decided(let sentence): return StepReport(sentence)
            case nil: break
            }
        }
    }
}
