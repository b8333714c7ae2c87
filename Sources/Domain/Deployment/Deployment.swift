package import Foundation

/// One attempt to change what an environment runs: a pure state machine whose state says what to do next.
package struct Deployment: Codable, Equatable, Sendable {
    /// What the deployment was asked to do.
    package enum Kind: String, Codable, Sendable, CaseIterable {
        /// Bring a release to the users.
        case deploy
        /// Go back to the release before, after the one now was committed.
        case rollback
        /// Take away from the database what no release uses any more.
        case contract
    }

    /// How a deployment ended.
    package enum Outcome: String, Codable, Sendable, CaseIterable {
        /// The release is the stable one (or: a contraction is done).
        case committed
        /// Users saw the release, and it was taken back (or: a rollback that was asked for is done).
        case rolledBack = "rolled_back"
        /// No user saw the release and the old one was never touched; or users saw it and could not be brought back
        /// after `mostSwitchBackAttempts`, and both were left running. The reason says which.
        case failed
    }

    /// Where the deployment stands; each case names its exits.
    package enum State: Codable, Equatable, Sendable {
        /// Nothing has happened yet. Exits: `performing` the first step.
        case planned
        /// A step is being done. Exits: `performing` the next one, `goingBack`, `leaving`, `ended(committed)`.
        case performing(Step)
        /// Users saw the release and it is being taken back. Exits: `goingBack` further, `ended(rolledBack)`.
        case goingBack(Step)
        /// No user saw the release and it is being cleared away. Exits: `leaving` further, `ended(failed)`.
        case leaving(Step)
        /// Over. No exits.
        case ended(Outcome)
    }

    /// Something that happened to a deployment; the journal is a list of these.
    package enum Event: Codable, Equatable, Sendable {
        case begun
        /// A step was done.
        case completed(Step, StepReport)
        /// A step could not be done.
        case failed(Step, reason: String)
        /// Somebody, or a trigger, wants the release taken back.
        case rollbackRequested(reason: String)
        /// The control plane came back while a step was under way.
        case resumed(reason: String)
    }

    /// How often one step may be begun again after interruptions before the deployment gives up going forward.
    package static let mostAttempts = 3
    /// How often switching back is tried before both releases are left running and a person is asked.
    package static let mostSwitchBackAttempts = 30

    package let id: DeploymentID
    package let environment: EnvironmentName
    package let kind: Kind
    /// The release that is brought (deploy) or taken back (rollback), or whose migrations contract.
    package let release: ReleaseReference
    /// The release that was stable when it began; nil for the first deployment.
    package let previous: ReleaseReference?
    /// The deployment that brought the release: the deployment itself, or for a rollback the one it takes back.
    package let subject: DeploymentID
    package let requestedBy: String
    /// SHA-256 of the plan; empty for a rollback, which needs none.
    package let planDigest: String
    package let createdAt: Date
    /// The values of settings and secrets that its release gets; nil where there are none.
    package let variables: VariableVersions?
    /// The steps forward that it was opened with, in order; nil for one that an earlier version opened.
    private let way: [Step]?
    package private(set) var state: State
    /// Why it is going, or went, another way than forward.
    package private(set) var reason: String?
    package private(set) var attempts: Int

    package init(
        id: DeploymentID, environment: EnvironmentName, kind: Kind, release: ReleaseReference,
        previous: ReleaseReference?, subject: DeploymentID? = nil, requestedBy: String, planDigest: String = "",
        reason: String? = nil, inStages: Bool = false, variables: VariableVersions? = nil, createdAt: Date
    ) {
        self.variables = variables
        self.id = id
        self.environment = environment
        self.kind = kind
        self.release = release
        self.previous = previous
        self.subject = subject ?? id
        self.requestedBy = requestedBy
        self.planDigest = planDigest
        self.createdAt = createdAt
        self.reason = reason
        way = kind == .contract ? Step.contraction : inStages ? Step.progressive : Step.forward
        state = .planned
        attempts = 0
    }
}

/// An event that the state does not allow.
package struct UnexpectedEvent: Error, Equatable, CustomStringConvertible {
    package let event: Deployment.Event
    package let state: Deployment.State
    package var description: String { "A deployment that is \(state) cannot take the event \(event)." }
}

extension Deployment {
    /// The step being done, if any.
    package var step: Step? {
        switch state {
        case .performing(let step), .goingBack(let step), .leaving(let step): step
        case .planned, .ended: nil
        }
    }

    package var outcome: Outcome? {
        if case .ended(let outcome) = state { outcome } else { nil }
    }

    /// Whether a request to take the release back can be answered by this deployment itself.
    ///
    /// A commit is short and not divided; who wants the release back during it starts a rollback after it.
    package var canGoBack: Bool {
        switch state {
        case .planned: true
        case .performing(let step): step != .commit
        case .goingBack, .leaving, .ended: false
        }
    }

    /// Whether a further rollback may cut it short: users are away from its release, and only clearing up is left.
    ///
    /// What it leaves in its slot is then cleared by housekeeping.
    package var isClearingUp: Bool {
        switch state {
        case .goingBack(.watchRecovery), .goingBack(.keepEvidence), .goingBack(.discard), .leaving: true
        case .planned, .performing, .goingBack, .ended: false
        }
    }

    /// Whether a recall reaches the step that is being done now.
    package var isRecallable: Bool {
        switch state {
        case .performing(let step): step != .commit
        case .goingBack(let step): step == .watchRecovery || step == .discard
        case .leaving(let step): step == .discard
        case .planned, .ended: false
        }
    }

    /// Ends a deployment whose journal cannot be read to its end, so that it holds nobody up.
    package mutating func close(because why: String) {
        reason = [reason, why].compactMap { $0 }.joined(separator: "; ")
        state = .ended(.failed)
    }

    /// Whether the release is being taken back or cleared away.
    package var isGoingBack: Bool {
        switch state {
        case .goingBack, .leaving: true
        case .planned, .performing, .ended: false
        }
    }

    /// Takes one event; what is to be done because of it is the new state's `step`, or nothing where it has ended.
    package mutating func apply(_ event: Event) throws(UnexpectedEvent) {
        switch (event, state) {
        case (.begun, .planned):
            switch kind {
            case .deploy, .contract: go(.performing(.admit))
            case .rollback: go(.goingBack(.switchBack))
            }
        case (.completed(let done, _), .performing(let step)) where done == step:
            advance(from: step, along: wayForward, as: State.performing, endingIn: .committed)
        case (.completed(let done, _), .goingBack(let step)) where done == step:
            advance(from: step, along: Step.backward, as: State.goingBack, endingIn: .rolledBack)
        case (.completed(let done, _), .leaving(let step)) where done == step:
            advance(from: step, along: Step.outward, as: State.leaving, endingIn: .failed)
        case (.failed(let failed, let why), .performing(let step)) where failed == step:
            turnBack(from: step, because: why)
        case (.failed(.switchBack, let why), .goingBack(.switchBack)):
            trySwitchingBackAgain(because: why)
        case (.failed(let failed, let why), .goingBack(let step)) where failed == step:
            pressOn(from: step, because: why, along: Step.backward, as: State.goingBack, endingIn: .rolledBack)
        case (.failed(let failed, let why), .leaving(let step)) where failed == step:
            pressOn(from: step, because: why, along: Step.outward, as: State.leaving, endingIn: .failed)
        case (.rollbackRequested(let why), .performing(let step)):
            turnBack(from: step, because: why)
        case (.rollbackRequested, .goingBack(.watchRecovery)):
            go(.goingBack(.keepEvidence))
        case (.rollbackRequested, .goingBack(.discard)):
            end(.rolledBack)
        case (.rollbackRequested, .leaving(.discard)):
            end(.failed)
        case (.rollbackRequested(let why), .planned):
            reason = why
            end(.failed)
        case (.resumed(let why), .performing(let step)):
            attempts += 1
            if attempts >= Deployment.mostAttempts {
                turnBack(from: step, because: "\(step.title) was interrupted \(attempts) times: \(why)")
            }
        case (.resumed, .goingBack), (.resumed, .leaving):
            break
        default:
            throw UnexpectedEvent(event: event, state: state)
        }
    }

    private var wayForward: [Step] { way ?? Step.forwardWithoutRehearsal }

    /// Whether the release comes to its users in stages, each of which ends with a verdict.
    package var isInStages: Bool { wayForward.contains(.canary) }

    private mutating func go(_ next: State) {
        state = next
        attempts = 0
    }

    private mutating func end(_ outcome: Outcome) {
        state = .ended(outcome)
    }

    private mutating func advance(
        from step: Step, along way: [Step], as place: (Step) -> State, endingIn outcome: Outcome
    ) {
        guard let index = way.firstIndex(of: step), index + 1 < way.count else { return end(outcome) }
        go(place(way[index + 1]))
    }

    /// Going back and clearing away never stop half-way: a step that fails there is noted, and the next one done.
    private mutating func pressOn(
        from step: Step, because why: String, along way: [Step], as place: (Step) -> State, endingIn outcome: Outcome
    ) {
        reason = [reason, "\(step.title): \(why)"].compactMap { $0 }.joined(separator: "; ")
        advance(from: step, along: way, as: place, endingIn: outcome)
    }

    /// Nothing may be stopped before the users are away from it, so this one step is tried again, then left as it is.
    private mutating func trySwitchingBackAgain(because why: String) {
        attempts += 1
        guard attempts >= Deployment.mostSwitchBackAttempts else { return }
        reason = [reason, "switch back: \(why); both releases were left running"].compactMap { $0 }
            .joined(separator: "; ")
        end(.failed)
    }

    private mutating func turnBack(from step: Step, because why: String) {
        reason = why
        go(step.isSeenByUsers ? .goingBack(.switchBack) : .leaving(.keepEvidence))
    }
}
