package import Domain

/// On whose behalf a migration runs; kept in the history.
package struct ExecutionCause: Sendable, Equatable {
    /// Who asked for it.
    package let author: String?
    package let release: ReleaseVersion?
    package let deployment: DeploymentID?
    /// The digest of the plan that was approved.
    package let planDigest: String?

    package init(
        author: String? = nil, release: ReleaseVersion? = nil, deployment: DeploymentID? = nil,
        planDigest: String? = nil
    ) {
        self.author = author
        self.release = release
        self.deployment = deployment
        self.planDigest = planDigest
    }
}
