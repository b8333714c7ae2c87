import API
import ArgumentParser
import Domain

/// What every command takes that changes what an environment serves, and follows the change.
struct ChangeOptions: ParsableArguments {
    @OptionGroup var environment: EnvironmentOption
    @Flag(help: "Print JSON.")
    var json = false
    @OptionGroup var state: StateOption

    /// The environment that is meant, and a client of its control plane.
    func resolve() async throws -> (environment: EnvironmentName, client: SwitchyardClient) {
        let client = try state.client()
        return (try await environment.resolve(with: client), client)
    }

    func follower(of deployment: DeploymentSummary) -> DeploymentFollower {
        DeploymentFollower(state: state, id: deployment.id, isQuiet: json)
    }
}
