import Domain
import Foundation

/// Values that the tests of this target build on.
enum Sample {
    static let environment = EnvironmentName(unchecked: "production")
    static let now = Date(timeIntervalSinceReferenceDate: 800_000_000)

    static func reference(_ version: String, name: String = "freightops") -> ReleaseReference {
        ReleaseReference(
            name: ApplicationName(unchecked: name), version: ReleaseVersion(unchecked: version),
            digest: ArtifactDigest(unchecked: String(repeating: "a", count: 64))
        )
    }

    static func deployment(_ kind: Deployment.Kind = .deploy) -> Deployment {
        Deployment(
            id: DeploymentID(7), environment: environment, kind: kind, release: reference("1.1.0"),
            previous: reference("1.0.0"), subject: kind == .rollback ? DeploymentID(6) : nil, requestedBy: "dora",
            createdAt: now
        )
    }

    /// A deployment that has gone forward until it does a step.
    static func performing(_ step: Step) throws -> Deployment {
        var deployment = deployment()
        try deployment.apply(.begun)
        while let current = deployment.step, current != step {
            try deployment.apply(.completed(current, StepReport()))
        }
        return deployment
    }

    /// A deployment that has gone forward to a step and was taken back there.
    static func turnedBack(at step: Step) throws -> Deployment {
        var deployment = try performing(step)
        try deployment.apply(.rollbackRequested(reason: "dora: slow"))
        return deployment
    }
}
