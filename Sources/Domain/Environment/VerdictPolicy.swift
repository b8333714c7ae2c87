/// How much of the users a new release gets at first, what takes it back, and who decides where the numbers do not.
package struct VerdictPolicy: Codable, Equatable, Sendable {
    /// How a release comes to all users.
    package enum Strategy: String, Codable, Sendable, CaseIterable {
        /// In stages, each of which ends with a verdict: canary, split, full with a holdback.
        case progressive
        /// All at once after warming; probes alone watch it.
        case blueGreen = "blue_green"
    }

    /// What follows from a verdict.
    package enum Conduct: String, Codable, Sendable, CaseIterable {
        /// A bad release is taken back, and a good one goes on.
        case act
        /// Verdicts are written down only (shadow mode): stages go on by their times, probes alone take a release back.
        case observe
    }

    /// What happens at a stage's deadline when neither harm nor health was proved.
    package enum Inconclusive: Codable, Equatable, Sendable {
        /// A person is asked, and the stage goes on meanwhile.
        case ask
        /// The stage goes on without asking anybody.
        case hold
        /// The release is taken back.
        case rollBack
        /// The release goes on, on the responsibility of the person named.
        case promote(approver: String)
    }

    package var strategy: Strategy
    package var conduct: Conduct
    package var inconclusive: Inconclusive
    package var triggers: RollbackTriggers
    /// The part of the users who get the release first, of 10,000 (`Split.whole`).
    package var canaryShare: Int
    /// How long the canary lasts at least.
    package var canarySeconds: Double
    /// Units of the candidate without which the canary is not over.
    package var canaryUnits: Int
    /// The part of the users in the stage in which health is proved, of 10,000.
    package var splitShare: Int
    /// How long the split lasts at least.
    package var splitSeconds: Double
    /// How long a stage may go without a verdict before `inconclusive` decides.
    package var stageDeadlineSeconds: Double
    /// The part of the users who stay on the release before until the commit, of 10,000.
    package var holdbackShare: Int
    /// How often it is drawn anew who gets which release.
    package var assignmentSeconds: Double

    package init(
        strategy: Strategy = .progressive, conduct: Conduct = .act, inconclusive: Inconclusive = .ask,
        triggers: RollbackTriggers = RollbackTriggers(), canaryShare: Int = 500, canarySeconds: Double = 30,
        canaryUnits: Int = 20, splitShare: Int = 5_000, splitSeconds: Double = 30,
        stageDeadlineSeconds: Double = 1_800, holdbackShare: Int = 500, assignmentSeconds: Double = 600
    ) {
        self.strategy = strategy
        self.conduct = conduct
        self.inconclusive = inconclusive
        self.triggers = triggers
        self.canaryShare = canaryShare
        self.canarySeconds = canarySeconds
        self.canaryUnits = canaryUnits
        self.splitShare = splitShare
        self.splitSeconds = splitSeconds
        self.stageDeadlineSeconds = stageDeadlineSeconds
        self.holdbackShare = holdbackShare
        self.assignmentSeconds = assignmentSeconds
    }
}
