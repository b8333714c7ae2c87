package import Domain

/// Why a deployment, a plan or a rollback was refused or turned back.
package enum DeploymentsError: Error, Equatable, CustomStringConvertible {
    /// The plan that somebody saw is not the plan of now.
    case planChanged(expected: String, actual: String)
    case alreadyServing(ReleaseReference, EnvironmentName)
    case wrongApplication(ReleaseReference, expected: ApplicationName)
    case tooManyInstances(ReleaseReference, asked: Int, most: Int, EnvironmentName)
    case notReady(String)
    case noSlotInTime(EnvironmentName, seconds: Int)
    case neverHealthy(String, seconds: Int)
    case processEnded(process: String, exit: String)
    case failedWhileBaking(String)
    /// It is proved that the release is worse than is allowed, or a metric is out of its bounds.
    case foundBad(String)
    /// Neither harm nor health was proved in time, and the policy takes the release back then.
    case unproven(String)
    /// The release of the deployment came to nobody in stages, or what was seen then is forgotten.
    case noTrial(DeploymentID)
    /// The deployment has no stage under way that could go on.
    case notOnTrial(DeploymentID)
    /// A rehearsal found what would hurt users; `more` obstacles are in the evidence.
    case refusedByRehearsal(obstacle: String, more: Int, evidence: String)
    /// The policy of the environment asks for a way back of every migration.
    case irreversible([String], EnvironmentName)
    /// It cannot be told whether something still uses what a contraction takes away.
    case unprovenContraction(gap: String)
    case nothingToContract(EnvironmentName)
    /// The release is older than the one for which the database lost what it may use.
    case belowFloor(ReleaseReference, floor: ReleaseVersion, contracted: String)
    case backfillMissing([String], EnvironmentName)
    case nothingDeployed(EnvironmentName)
    case deadWayBack(ReleaseReference, EnvironmentName)
    case unknownDeployment(DeploymentID)
    case spoolFull(path: String)

    package var description: String {
        switch self {
        case .planChanged(let expected, let actual):
            "The plan has changed since it was shown (then \(expected.prefix(12)), now \(actual.prefix(12))): "
                + "look at it again with 'deploy --dry-run'."
        case .alreadyServing(let release, let environment):
            "\(release) is what \(environment) serves already; there is nothing to deploy."
        case .wrongApplication(let release, let expected):
            "\(release) is no release of \(expected): this Switchyard deploys \(expected)."
        case .tooManyInstances(let release, let asked, let most, let environment):
            "\(release) asks for \(asked) web instances, \(environment) has places for \(most): raise "
                + "'max_instances' of \(environment) in switchyard.yaml or lower 'instances' in release.yaml."
        case .notReady(let what):
            // What was not ready may have said so in a whole sentence.
            "Switchyard is not ready to deploy: \(what)\(what.last.map(".?!".contains) == true ? "" : ".")"
        case .noSlotInTime(let environment, let seconds):
            "No slot of \(environment) became free within \(seconds) s; see 'switchyard status \(environment)'."
        case .neverHealthy(let fault, let seconds):
            "The release did not become healthy within \(seconds) s: \(fault)."
        case .processEnded(let process, let exit):
            "The release's process \(process) \(exit); its last lines are in the evidence that is kept."
        case .failedWhileBaking(let fault):
            "The release failed while it was watched: \(fault)."
        case .foundBad(let why): why
        case .unproven(let why): why
        case .noTrial(let id):
            "Deployment \(id) was not judged: its release did not come to users in stages, or that is too long ago."
        case .notOnTrial(let id):
            "Deployment \(id) is in no stage that could go on: see 'switchyard status' for what is under way."
        case .refusedByRehearsal(let obstacle, let more, let evidence):
            "The rehearsal refuses it. \(obstacle)\(more > 0 ? " And \(more) more." : "") All of it: \(evidence)/rehearsal.json"
        case .irreversible(let names, let environment):
            "There is no way back of \(names.joined(separator: ", ")), which 'irreversible' of \(environment) refuses: "
                + "give each a revert.sql that restores schema and rows, or allow it in switchyard.yaml."
        case .unprovenContraction(let gap):
            "It is not proved that nothing uses it any more. \(gap)"
        case .belowFloor(let release, let floor, let contracted):
            "\(release) is below the rollback floor \(floor), for which \(contracted) was contracted: it may use what the "
                + "database no longer has. Deploy a newer release, or restore the backup from before the contraction."
        case .nothingToContract(let environment):
            "Nothing is to be contracted in \(environment): the database has every contract step of the release that serves."
        case .backfillMissing(let names, let environment):
            "The backfill of \(names.joined(separator: ", ")) is not done in \(environment), and its contraction comes after "
                + "it: see 'switchyard status \(environment)'."
        case .nothingDeployed(let environment):
            "Nothing is deployed in \(environment) yet."
        case .deadWayBack(let release, let environment):
            "\(release), the way back of \(environment), has no healthy web instance: nothing was changed; see "
                + "'switchyard logs', or deploy a release instead."
        case .unknownDeployment(let id):
            "There is no deployment \(id); see 'switchyard history'."
        case .spoolFull(let path):
            "The emergency journal \(path) is full; free disk space so that it can be folded into the state."
        }
    }
}
