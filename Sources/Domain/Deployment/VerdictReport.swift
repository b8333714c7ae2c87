/// What is known of a release that users have come to, and what follows from it.
package struct VerdictReport: Codable, Equatable, Sendable {
    /// What is proved.
    package enum Finding: String, Codable, Sendable, CaseIterable {
        /// The release is worse than is allowed.
        case harm
        /// The release is not worse than is allowed.
        case health
        /// Neither is proved: that is never a success.
        case inconclusive
    }

    /// One slot's side.
    package struct Side: Codable, Equatable, Sendable {
        package var slot: SlotName
        package var release: ReleaseReference
        /// All requests since the release had users.
        package var requests: Int
        /// Those of them that the application answered with 5xx or not at all.
        package var errors: Int
        /// What counts for the verdict: a client counts once a second, and three times a drawing at most.
        package var units: Double
        /// Units that went wrong, fractions included.
        package var badUnits: Double
        /// The error rate lies between these with a probability of 95 %, however often one looks, if it stays the same.
        package var lowestErrorRate: Double
        package var highestErrorRate: Double
        /// Response times in milliseconds; nil where too little was seen.
        package var p50: Double?
        package var p95: Double?

        package init(
            slot: SlotName, release: ReleaseReference, requests: Int, errors: Int, units: Double, badUnits: Double,
            lowestErrorRate: Double = 0, highestErrorRate: Double = 1, p50: Double?, p95: Double?
        ) {
            self.slot = slot
            self.release = release
            self.requests = requests
            self.errors = errors
            self.units = units
            self.badUnits = badUnits
            self.lowestErrorRate = lowestErrorRate
            self.highestErrorRate = highestErrorRate
            self.p50 = p50
            self.p95 = p95
        }

        /// Of 1; nil where nobody came.
        package var errorRate: Double? { units > 0 ? badUnits / units : nil }
    }

    /// One kind of trouble: `errors`, `p50`, `p95`.
    package struct Stream: Codable, Equatable, Sendable {
        package var name: String
        /// The parts of the units that were bad, of 1.
        package var green: Double
        package var blue: Double
        /// Natural logarithms of the evidence against and for the release.
        package var logHarm: Double
        package var logHealth: Double

        package init(name: String, green: Double, blue: Double, logHarm: Double, logHealth: Double) {
            self.name = name
            self.green = green
            self.blue = blue
            self.logHarm = logHarm
            self.logHealth = logHealth
        }
    }

    package var deployment: DeploymentID
    /// `canary`, `split`, or `bake` for the stage in which all have it but the held-back.
    package var stage: Step
    /// The part of the users who are given the release, of 10,000.
    package var share: Int
    /// Since the release had users.
    package var seconds: Double
    package var conduct: VerdictPolicy.Conduct
    package var finding: Finding
    /// The new release.
    package var green: Side
    /// The one before.
    package var blue: Side
    package var streams: [Stream]
    /// The natural logarithm of the evidence against the release, and at which value it is taken back.
    package var logHarm: Double
    package var harmThreshold: Double
    /// The natural logarithm of the evidence for it where there is least, and at which value it is proved healthy.
    package var logHealth: Double
    package var healthThreshold: Double
    /// Green's error rate less blue's lies between these with a probability of 95 %, however often one looks.
    package var lowestDifference: Double
    package var highestDifference: Double
    /// About how many more units of both sides bring a verdict if all goes on like this; nil where none is in sight.
    package var unitsNeeded: Double?
    /// The same in two digits, since more of an estimate would say nothing.
    package var roundedUnitsNeeded: Int? {
        guard let unitsNeeded, unitsNeeded < 1e15 else { return nil }
        var (digits, zeros) = (unitsNeeded.rounded(.up), 1.0)
        while digits >= 100 { (digits, zeros) = ((digits / 10).rounded(.up), zeros * 10) }
        return Int(digits * zeros)
    }

    /// Different users of the release who have met an error; nil where nobody told them apart.
    package var usersWithErrors: Int?
    /// Why nothing may be concluded just now; nil when something may.
    package var gap: String?
    /// Whether a person has to decide.
    package var waitsForDecision: Bool
    /// The whole in sentences.
    package var sentences: [String]

    package init(
        deployment: DeploymentID, stage: Step, share: Int, seconds: Double, conduct: VerdictPolicy.Conduct,
        finding: Finding, green: Side, blue: Side, streams: [Stream], logHarm: Double, harmThreshold: Double,
        logHealth: Double, healthThreshold: Double, lowestDifference: Double, highestDifference: Double,
        unitsNeeded: Double?, usersWithErrors: Int?, gap: String?, waitsForDecision: Bool, sentences: [String] = []
    ) {
        self.deployment = deployment
        self.stage = stage
        self.share = share
        self.seconds = seconds
        self.conduct = conduct
        self.finding = finding
        self.green = green
        self.blue = blue
        self.streams = streams
        self.logHarm = logHarm
        self.harmThreshold = harmThreshold
        self.logHealth = logHealth
        self.healthThreshold = healthThreshold
        self.lowestDifference = lowestDifference
        self.highestDifference = highestDifference
        self.unitsNeeded = unitsNeeded
        self.usersWithErrors = usersWithErrors
        self.gap = gap
        self.waitsForDecision = waitsForDecision
        self.sentences = sentences
    }
}
