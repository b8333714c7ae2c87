package import Domain
package import Foundation

/// Keeps what was seen of a release on trial, so that its verdict can be come to again.
package protocol VerdictRecords: Sendable {
    /// Appends one record; the first, with number 0, tells how the trial began.
    func append(_ body: Data, at number: Int, of deployment: DeploymentID) async throws
    /// All records of a trial, in order; none where there was no trial.
    func bodies(of deployment: DeploymentID) async throws -> [Data]
}

extension VerdictRecords {
    /// A trial as it stood after its newest look; nil where there was none.
    package func trial(of deployment: DeploymentID) async throws -> Trial? {
        let bodies = try await bodies(of: deployment)
        guard let first = bodies.first else { return nil }
        var trial = Trial(try JSONDecoder().decode(Trial.Opening.self, from: first))
        for body in bodies.dropFirst() { trial.observe(try JSONDecoder().decode(Trial.Look.self, from: body)) }
        return trial
    }
}
