package import API
package import Domain
import Foundation
import Subprocess
import SystemPackage

/// What a command of the real binary said, and how it ended.
package struct CommandResult: Sendable {
    /// The exit status; nil after a signal.
    package let status: Int32?
    package let output: String
    package let error: String

    package init(status: Int32?, output: String, error: String) {
        (self.status, self.output, self.error) = (status, output, error)
    }
}

extension SwitchyardFixture {
    private static let outputBytes = 4 * 1_024 * 1_024

    /// Runs a command line of the real binary for this state folder.
    @discardableResult
    package func cli(_ arguments: [String]) async throws -> CommandResult {
        let command = command(arguments)
        let result = try await run(
            .path(FilePath(command[0])), arguments: Arguments(Array(command.dropFirst())),
            environment: .inherit.updating(
                Dictionary(uniqueKeysWithValues: variables.map { (.init(stringLiteral: $0), $1) })), input: .none,
            output: .string(limit: Self.outputBytes), error: .string(limit: Self.outputBytes))
        var status: Int32?
        if case .exited(let code) = result.terminationStatus { status = code }
        return CommandResult(
            status: status, output: result.standardOutput, error: result.standardError)
    }

    /// What makes a command line one of this state folder, without what this user is signed in to elsewhere.
    var variables: [String: String] { ["SWITCHYARD_STATE": state, "XDG_CONFIG_HOME": "\(folder)/config"] }

    /// Writes a release's folder and adds it to the store with the real binary.
    package func add(_ release: ExampleRelease) async throws {
        let source = "\(folder)/releases/\(release.version)"
        try release.write(to: source)
        try await add(folder: source)
    }

    /// Adds a folder with a release.yaml to the store with the real binary.
    package func add(folder source: String) async throws {
        let result = try await cli(["release", "create", source])
        guard result.status == 0 else { throw NeverHappened(description: "No release was made: \(result.error)") }
    }

    /// Deploys a release and answers the deployment as it ended.
    @discardableResult
    package func deploy(_ version: String, to environment: EnvironmentName = .production) async throws
        -> DeploymentReport
    {
        let request = DeployRequest(release: version, requestedBy: "test")
        return try await waitForEnd(of: client.deploy(request, to: environment).id)
    }

    /// Rolls back and answers the deployment as it ended.
    @discardableResult
    package func rollBack(in environment: EnvironmentName = .production) async throws -> DeploymentReport {
        let request = RollBackRequest(reason: "to test it", requestedBy: "test")
        return try await waitForEnd(of: client.rollBack(request, in: environment).id)
    }

    /// Waits for a deployment's outcome, also while the control plane is away for a time.
    package func waitForEnd(of id: DeploymentID) async throws -> DeploymentReport {
        try await wait(for: id, "the end of deployment \(id)") { $0.deployment.outcome != nil }
    }

    /// Waits until a deployment's journal has a boundary such as `intent:bake`.
    @discardableResult
    package func waitForBoundary(_ boundary: String, of id: DeploymentID) async throws -> DeploymentReport {
        try await wait(for: id, "\(boundary) of deployment \(id)") { report in
            report.journal.contains { $0.boundary == boundary }
        }
    }

    private func wait(
        for id: DeploymentID, _ state: String, until isReached: (DeploymentReport) -> Bool
    ) async throws -> DeploymentReport {
        var last: DeploymentReport?
        do {
            try await eventually(within: .seconds(90), state) {
                last = (try? await client.deployment(id)) ?? last
                return last.map(isReached) ?? false
            }
        } catch is NeverHappened {
            let journal = last?.journal.map { "\($0.boundary) \($0.text ?? "")" }.joined(separator: "\n") ?? "none"
            throw NeverHappened(description: "\(state) did not come about; its journal:\n\(journal)")
        }
        guard let last else { throw NeverHappened(description: state) }
        return last
    }

    /// The process of a service in the supervisor's tree, which leads a process group; nil while it does not run.
    package func servicePid(_ service: String) -> Int32? {
        let path = "\(state)/supervisor/services/\(service)/supervise/pid"
        let text = try? String(contentsOfFile: path, encoding: .utf8)
        return text.flatMap { Int32($0.trimmingCharacters(in: .whitespacesAndNewlines)) }
    }

    /// The newest deployment of an environment.
    package func newestDeployment(in environment: EnvironmentName = .production) async throws -> DeploymentSummary? {
        try await client.deployments(in: environment, last: 1).first
    }

    /// What an environment looks like.
    package func report(on environment: EnvironmentName = .production) async throws -> EnvironmentReport {
        try await client.environment(environment)
    }
}
