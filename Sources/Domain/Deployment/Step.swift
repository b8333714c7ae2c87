/// One thing that a deployment does to the world; each can be done again after an interruption.
///
/// Retiring older releases is no step: it goes on in the background as long as the slot table shows some to retire.
package enum Step: String, Codable, Sendable, CaseIterable {
    /// Take the environment's lease, check the artifact, claim a slot.
    case admit
    /// Dump the database, when the release brings migrations that are not applied yet.
    case backUp
    /// Play the pending migrations on a clone restored from that dump, and refuse what would hurt users.
    case rehearse
    /// Apply the release's expand migrations.
    case expand
    /// Unpack the release and start its web processes in the slot.
    case prepare
    /// Wait until health, database and key features answer, on the candidate directly.
    case warm
    /// Give the candidate to a few users, and compare.
    case canary
    /// Give it to half of them, until it is proved to be healthy.
    case split
    /// Give new requests to the candidate (all, or all but a holdback), hand singletons over, start its workers.
    case switchTraffic
    /// Give it the held-back users too, and wait for the requests that the old slot still answers.
    case drain
    /// Watch the new release at full traffic.
    case bake
    /// Make the candidate the stable release; stop the old release's workers.
    case commit
    /// Take away from the database what no release uses any more.
    case contract

    /// Give all requests back to the release before.
    case switchBack
    /// Give workers and singletons back to the release before.
    case restoreProcesses
    /// Watch that the release before answers as it should.
    case watchRecovery
    /// Keep logs, probes and state of the release that was taken back.
    case keepEvidence
    /// Drain and stop the slot that was taken back, and free it.
    case discard

    /// The way forward, in order.
    package static let forward: [Step] = [
        .admit, .backUp, .rehearse, .expand, .prepare, .warm, .switchTraffic, .drain, .bake, .commit,
    ]
    /// The same in stages: the old slot is drained only once nobody has to be compared with any more.
    package static let progressive: [Step] = [
        .admit, .backUp, .rehearse, .expand, .prepare, .warm, .canary, .split, .switchTraffic, .bake, .drain, .commit,
    ]
    /// The way forward of deployments whose journal is of format 1.
    static let forwardWithoutRehearsal = forward.filter { $0 != .rehearse }
    /// The way forward of a contraction, which moves no request and claims no slot.
    package static let contraction: [Step] = [.admit, .backUp, .rehearse, .contract]
    /// The way back once users have seen the release, in order.
    package static let backward: [Step] = [.switchBack, .restoreProcesses, .watchRecovery, .keepEvidence, .discard]
    /// The way out while users have not seen the release, in order.
    package static let outward: [Step] = [.keepEvidence, .discard]

    /// Whether users may have been answered by the candidate once this step has begun.
    package var isSeenByUsers: Bool {
        switch self {
        case .canary, .split, .switchTraffic, .drain, .bake, .commit: true
        default: false
        }
    }

    /// Whether a deployment in stages judges the release in this step.
    package var isJudged: Bool { self == .canary || self == .split || self == .bake }

    /// What the step does, for people: "switching traffic".
    package var title: String {
        switch self {
        case .admit: "admit"
        case .backUp: "back up"
        case .rehearse: "rehearse"
        case .expand: "expand"
        case .prepare: "prepare"
        case .warm: "warm"
        case .canary: "canary"
        case .split: "split"
        case .switchTraffic: "switch"
        case .drain: "drain"
        case .bake: "bake"
        case .commit: "commit"
        case .contract: "contract"
        case .switchBack: "switch back"
        case .restoreProcesses: "restore processes"
        case .watchRecovery: "watch recovery"
        case .keepEvidence: "keep evidence"
        case .discard: "discard"
        }
    }
}

/// What doing a step brought.
package struct StepReport: Codable, Equatable, Sendable {
    /// What was done, for people; nil where the step's name says it all.
    package var sentence: String?
    /// What the step measured, in milliseconds: for the switches, from asking to every worker's confirmation.
    package var milliseconds: Double?

    package init(_ sentence: String? = nil, milliseconds: Double? = nil) {
        self.sentence = sentence
        self.milliseconds = milliseconds
    }
}
