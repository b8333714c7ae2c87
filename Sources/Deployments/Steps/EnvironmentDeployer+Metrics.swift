import Domain
import Judging

/// How the numbers of a Prometheus guard a release that users are on.
extension EnvironmentDeployer {
    /// The guards, as they are watched from now on.
    var metricWatch: MetricWatch {
        MetricWatch(guards, reader: world.metrics, outBefore: active?.metricsOutBefore ?? [])
    }

    /// The first release of an environment has none: there is nothing to go back to.
    private var guards: [MetricGuard] { table.stable == nil ? [] : rules.triggers.metrics }

    /// Finds out what is wrong before the release has users, and so is no fault of its.
    func lookAtMetricsBeforeUsers() async {
        guard !guards.isEmpty, table.split.share == 0 else { return }
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
    func bakeByTime(_ deployment: Deployment) async throws -> StageEnd {
        let metrics = metricWatch
        return try await watching(deployment) {
            try await self.asking(metrics) { try await self.waitForEnd(beside: metrics) }
        }
    }

    private func waitForEnd(beside metrics: MetricWatch) async throws -> StageEnd {
        var course = StageCourse(.full, under: policy, isJudged: false)
        while true {
            try await Task.sleep(for: Limits.probeInterval)
            let unwell = try await probeObstacle(course: &course)
            let silence = metrics.silence ?? unwell
            course.note(Observation(), silence: silence)
            if let fault = metrics.fault { try await takeBack(because: fault, course: &course) }
            let seconds = policy.bakeSeconds.seconds
            if let end = try await settle(
                .open, obstacle: silence, course: &course, summary: { "healthy for \(seconds)" })
            {
                return end
            }
        }
    }
}
