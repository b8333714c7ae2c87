/// The bounds of everything in this room that waits, repeats or grows.
package enum Limits {
    /// Deployments that are looked through for a release that has served before.
    static let rememberedDeployments = 1_000
    /// Between two looks at a candidate that is warming or baking.
    static let probeInterval: Duration = .milliseconds(200)
    /// Between two looks at what a slot still serves.
    static let drainInterval: Duration = .milliseconds(50)
    /// Between two runs through the key features while users are on a release that is not committed yet.
    static let featureInterval: Duration = .seconds(2)
    /// Bad answers in a row that turn such a release back.
    static let badAnswersWhileBaking = 3
    /// Between two looks at what users of a release on trial meet.
    package static let lookInterval: Duration = .seconds(1)
    /// The most that one look counts, in seconds.
    static let longestLookSeconds = 5.0
    /// How many times as rare looks are after a stage's deadline: it may wait there for days, and each look is kept.
    static let looksPerLateLook = 5
    /// Looks in a row that may miss something before nothing is concluded any more.
    static let gapsInRow = 3
    /// How long a stage waits for somebody to decide before the release is taken back.
    static let longestUndecided: Duration = .seconds(72 * 3_600)
    /// Such looks between two questions for the value of a metric.
    static let looksPerMetric = 5
    /// Values in a row out of their bounds that take a release back.
    static let metricBreaches = 3
    /// Before switching back is tried again.
    static let switchBackPause: Duration = .milliseconds(500)
    /// How long a rollback waits for a commit that is under way.
    static let commitWait: Duration = .seconds(5)
    /// How long a rollback waits for a contraction to stop where it stands.
    static let contractionWait: Duration = .seconds(30)
    /// How long a request waits for another one that is opening a deployment.
    static let openingWait: Duration = .seconds(5)
    /// Newest deployments of an environment among which recovery looks for an unfinished one.
    static let recentDeployments = 20
    /// How long a deployment waits for what an earlier process left to be taken up.
    static let recoveryWait: Duration = .seconds(10)
    /// How long a rollback waits for the same before it goes back without the records.
    static let recoveryWaitGoingBack: Duration = .milliseconds(500)
    /// Between two looks whether one of these has ended.
    static let commitInterval: Duration = .milliseconds(10)
    /// Between two rounds of housekeeping that nobody asked for.
    static let housekeepingInterval: Duration = .seconds(2)
    /// How long probes may take where two releases are compared: longer than each of them waits for its answer.
    static let comparison: Duration = .seconds(6)
    /// How long probes may take for the evidence; what has not answered by then is left out.
    static let evidenceProbing: Duration = .seconds(1)
    /// Log lines kept of each slot in an evidence bundle.
    static let evidenceLogLines = 2_000
    /// Evidence bundles kept of an environment.
    static let evidenceBundles = 20
    /// Between two looks at how the application does while something else may wait for it.
    static let budgetInterval: Duration = .seconds(1)
    /// Looks over which answers are counted.
    static let budgetLooks = 10
    /// Requests without which a share of errors says nothing.
    static let budgetRequests = 20
    /// The share of answers 5xx beyond which the application is left alone.
    static let budgetShare = 0.05
    /// Between two looks whether a deployment has begun, which a backfill gives way to.
    static let giveWayInterval: Duration = .milliseconds(100)
    /// Before a backfill that could not go on is tried again.
    static let backfillPause: Duration = .seconds(30)
    /// Between two looks at the statements that releases send.
    static let observationInterval: Duration = .seconds(30)
    /// How long a slot that changes hands waits for the last look at what was sent from it.
    static let lastObservation: Duration = .seconds(2)
    /// Bytes set aside for a slot table.
    static let slotTableBytes = 16_384
    /// Bytes set aside for the emergency journal.
    static let spoolBytes = 131_072
    /// Good answers in a row that end the watch over a recovery.
    static let goodAnswersToRecover = 3
}
