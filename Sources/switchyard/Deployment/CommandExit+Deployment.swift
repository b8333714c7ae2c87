import API
import Domain

extension CommandExit {
    /// How `deploy` ends; nil when the release serves.
    init?(deploying report: DeploymentReport) {
        switch (report.deployment.outcome, report.deployment.kind) {
        case (.committed, _): return nil
        case (.rolledBack, _): self.init(.takenBack)
        case (.failed, _) where report.isStillServed: self.init(.wentWrong, report.stillServed)
        case (.failed, .deploy), (.failed, .contract): self.init(.deploymentFailed)
        case (.failed, .rollback): self.init(.wentWrong)
        case (nil, _): self.init(.leftRunning)
        }
    }

    /// How `rollback` ends; nil when users are on the release before, and it answers as it should.
    ///
    /// What it took back may be a deployment that was under way, which then ends in its own way.
    init?(rollingBack report: DeploymentReport) {
        let deployment = report.deployment
        switch (deployment.outcome, deployment.kind) {
        case (.committed, _):
            self.init(.wentWrong, "Deployment \(deployment.id) was committed before it could be taken back.")
        case (.failed, _) where report.isStillServed:
            self.init(.wentWrong, report.stillServed)
        case (.failed, .rollback):
            self.init(.wentWrong)
        case (_, .rollback) where report.has("failed:watchRecovery"):
            self.init(.wentWrong, "The release before has the requests, yet it does not answer as it should.")
        case (.rolledBack, _) where report.has("failed:restoreProcesses"):
            self.init(
                .wentWrong, "The release before has the requests, yet its workers do not run; see 'switchyard status'.")
        // A deployment that failed before the switch was never seen by users.
        case (.failed, .deploy), (.failed, .contract), (.rolledBack, _), (nil, _):
            return nil
        }
    }
}

extension DeploymentReport {
    /// Whether the switch back failed: users may still be on the release that was to go.
    var isStillServed: Bool { deployment.outcome == .failed && has("failed:switchBack") }

    fileprivate var stillServed: String {
        "Users may still be on \(deployment.release); see 'switchyard status'."
    }

    fileprivate func has(_ boundary: String) -> Bool { journal.contains { $0.boundary == boundary } }
}
