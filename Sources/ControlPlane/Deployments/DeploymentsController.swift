import API
import Deployments
import Domain
import Hummingbird
import ServiceLifecycle

/// What was done: deployments with their journals, changes of the maintenance page.
struct DeploymentsController: Sendable {
    let journal: Journal
    let environments: Environments

    func addRoutes(to router: APIRouter) {
        router.on(.deployments) { request, _ in
            let (environment, last) = try Self.selection(request)
            let deployments = await journal.history(of: environment, last: last)
            // One that the settings name no more still has its past.
            if deployments.isEmpty, let environment { _ = try environments.deployer(of: environment.rawValue) }
            return try .json(deployments.map(DeploymentSummary.init))
        }
        router.on(.maintenance) { request, _ in
            let (environment, last) = try Self.selection(request)
            return try .json(await journal.maintenance(of: environment, last: last))
        }
        router.on(.deployment) { request, context in
            let query = request.uri.queryParameters
            let id = try Self.deployment(context)
            let wait = try query.whole("wait", in: 0...Int(Limits.longestWait.components.seconds)) ?? 0
            let after = try query.whole("after", in: 0...Int.max) ?? 0
            return try .json(await news(of: id, after: after, within: .seconds(wait)))
        }
    }

    static func deployment(_ context: AppRequestContext) throws -> DeploymentID {
        let text = try context.parameters.require("deployment")
        guard let number = Int(text) else {
            throw ControlPlaneError.invalidParameter(name: "deployment", value: text, expected: "its number")
        }
        return DeploymentID(number)
    }

    static func selection(_ request: Request) throws -> (environment: EnvironmentName?, last: Int) {
        let query = request.uri.queryParameters
        return (
            try query.get("environment").map { try EnvironmentName($0) },
            try query.whole("last", in: 1...Limits.mostDeployments) ?? 20
        )
    }

    /// The deployment as soon as its journal goes beyond an entry, it has ended, or the time is over.
    private func news(of id: DeploymentID, after sequence: Int, within wait: Duration) async throws
        -> DeploymentReport
    {
        let deadline = ContinuousClock.now + wait
        while true {
            let deployment = try await journal.deployment(id)
            let entries = await journal.entries(of: id)
            let hasNews = (entries.last?.sequence ?? 0) > sequence || deployment.outcome != nil
            // Whoever waits asks the next control plane.
            if hasNews || ContinuousClock.now >= deadline || Task.isShuttingDownGracefully {
                return DeploymentReport(deployment, journal: entries)
            }
            try await Task.sleep(for: Limits.newsInterval)
        }
    }
}
