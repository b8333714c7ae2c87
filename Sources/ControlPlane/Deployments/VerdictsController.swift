import API
import Deployments
import Domain
import Hummingbird
import Judging

/// What is proved of releases on trial, and going on without a proof.
struct VerdictsController: Sendable {
    let journal: Journal
    let environments: Environments
    let records: any VerdictRecords

    func addRoutes(to router: APIRouter) {
        router.on(.verdict) { _, context in
            let id = try DeploymentsController.deployment(context)
            let deployment = try await journal.deployment(id)
            guard var report = try await report(of: deployment) else {
                throw DeploymentsError.noTrial(id)
            }
            report.sentences += Self.outcome(of: deployment, finding: report.finding)
            return try .json(report)
        }
        router.on(.verdictTicks) { _, context in
            let id = try DeploymentsController.deployment(context)
            guard let recorded = try await records.recordedTrial(of: try await journal.deployment(id).id) else {
                throw DeploymentsError.noTrial(id)
            }
            return try .json(TicksReport(recorded))
        }
        router.on(.promote) { request, context in
            let message = try await request.message(PromoteRequest.self)
            try Limits.require(message.requestedBy, "requestedBy", atMost: Limits.requesterCharacters)
            try Limits.require(message.reason, "reason", atMost: Limits.reasonCharacters)
            let id = try DeploymentsController.deployment(context)
            let deployer = try environments.deployer(of: try await journal.deployment(id).environment.rawValue)
            let deployment = try await deployer.promote(
                id, by: context.requester(message.requestedBy), reason: message.reason ?? "without a reason")
            return try .json(DeploymentSummary(deployment), status: .accepted)
        }
    }

    /// What ended the trial where the verdict did not.
    private static func outcome(of deployment: Deployment, finding: VerdictReport.Finding) -> [String] {
        guard deployment.outcome != .committed, finding != .harm, let reason = deployment.reason else { return [] }
        return ["It was taken back, not by this verdict: \(reason)"]
    }

    /// While it is under way, its deployer knows more than the records, which hold the looks at the full second.
    private func report(of deployment: Deployment) async throws -> VerdictReport? {
        let deployer = try? environments.deployer(of: deployment.environment.rawValue)
        if let live = await deployer?.verdict, live.deployment == deployment.id { return live }
        return try await records.trial(of: deployment.id)?.report
    }
}

extension TicksReport {
    fileprivate init(_ recorded: RecordedTrial) {
        self.init(
            increase: recorded.settings?.increase ?? 0, factor: recorded.settings?.factor ?? 1,
            prior: recorded.settings?.prior ?? 0, alpha: recorded.settings?.alpha ?? 0,
            ticks: recorded.ticks.map {
                Tick(
                    greenBad: $0.greenBad, greenOk: $0.greenOk, blueBad: $0.blueBad, blueOk: $0.blueOk, share: $0.share)
            })
    }
}
