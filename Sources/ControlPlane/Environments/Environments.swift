package import Deployments
import Domain

/// The deployers of all environments, by name.
package struct Environments: Sendable {
    package let deployers: [EnvironmentDeployer]

    package init(deployers: [EnvironmentDeployer]) { self.deployers = deployers }

    /// The deployer of an environment; throws `unknownEnvironment` otherwise.
    package func deployer(of text: String) throws -> EnvironmentDeployer {
        guard let deployer = deployers.first(where: { $0.environment.name.rawValue == text }) else {
            throw ControlPlaneError.unknownEnvironment(text, known: deployers.map(\.environment.name))
        }
        return deployer
    }
}
