import Domain
import Judging

/// How far a stage has come.
struct StageCourse {
    let stage: Stage
    private let rules: StagePolicy
    private let conduct: VerdictPolicy.Conduct
    private let began = ContinuousClock.now
    private var lookedAt = ContinuousClock.now
    private var seenSeconds = 0.0
    private(set) var greenUnits = 0.0
    private var gapsInRow = 0
    /// Trouble that both releases have: the one on trial is not blamed for it, and a person has to decide.
    var externalCause: String?
    /// Whether both releases were probed because this one does worse than the one before did.
    var hasCompared = false
    /// The trouble of both releases that a person was told of.
    var outsideCauseAskedAbout: String?
    private var undecidedSince: ContinuousClock.Instant?
    /// Whether a person was asked to decide.
    var hasAsked = false
    /// Whether it was written down what would be done if verdicts were acted upon.
    var hasToldVerdict = false

    /// `isJudged` is false where the release is compared with none, so that there is nothing to prove.
    init(_ stage: Stage, under policy: DeploymentPolicy, isJudged: Bool = true) {
        self.stage = stage
        conduct = policy.verdict.conduct
        rules = StagePolicy(stage, under: policy, isJudged: isJudged)
    }

    var seconds: Double { (ContinuousClock.now - began).seconds }

    /// Takes in what was seen since the last look; time of which a part was not seen does not count, and neither does time in
    /// which a metric had no value.
    mutating func note(_ seen: Observation, silence: String? = nil) {
        let now = ContinuousClock.now
        if seen.gap == nil, silence == nil {
            // A machine that slept saw nothing meanwhile.
            seenSeconds += min((now - lookedAt).seconds, Limits.longestLookSeconds)
        }
        gapsInRow = seen.gap == nil ? 0 : gapsInRow + 1
        lookedAt = now
        for tick in seen.ticks { greenUnits += tick.green.units }
        if gapsInRow > Limits.gapsInRow { sight = seen.gap } else { sight = nil }
    }

    /// Why the requests are not seen; nil when they are, or were a moment ago.
    private(set) var sight: String?

    /// What follows. In shadow mode the time alone counts.
    func decide(_ finding: Judge.Finding, obstacle: String?) -> StagePolicy.Decision {
        guard conduct == .act else {
            return rules.decide(
                StagePolicy.Situation(seconds: seconds, seenSeconds: seconds, greenUnits: greenUnits, finding: .open))
        }
        return rules.decide(
            StagePolicy.Situation(
                seconds: seconds, seenSeconds: seenSeconds, greenUnits: greenUnits, finding: finding,
                obstacle: obstacle ?? externalCause))
    }

    /// Whether its time was over long ago, so that what comes of it is no longer a matter of seconds.
    var isLate: Bool { undecidedSince != nil }

    /// Whether somebody should have decided long ago; counted from the first call on.
    mutating func isUndecidedTooLong() -> Bool {
        let since = undecidedSince ?? .now
        undecidedSince = since
        return .now - since > Limits.longestUndecided
    }
}

extension StagePolicy {
    init(_ stage: Stage, under policy: DeploymentPolicy, isJudged: Bool) {
        let verdict = policy.verdict
        let acts = verdict.conduct == .act
        let least =
            switch stage {
            case .canary: verdict.canarySeconds
            case .split: verdict.splitSeconds
            case .full: policy.bakeSeconds
            }
        self.init(
            leastSeconds: least, leastGreenUnits: acts && stage == .canary ? Double(verdict.canaryUnits) : 0,
            needsHealth: acts && isJudged && stage != .canary,
            deadlineSeconds: acts ? least + verdict.stageDeadlineSeconds : nil)
    }
}

extension Duration {
    /// The duration in seconds, with its fraction.
    var seconds: Double { milliseconds / 1_000 }
}
