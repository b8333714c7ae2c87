import Foundation

/// What the judge of errors says of recorded ticks, tick by tick.
package struct VerdictReplay: Sendable, Encodable {
    package let logEvidence: [Double]
    package let logEvidenceOfHealth: [Double]
    package let decision: Decision
    /// The tick that brought the decision, from 1; nil where none did.
    package let decidedAtTick: Int?
    package let threshold: Double
    package let thresholdOfHealth: Double
    /// Green's error rate less blue's: the ends of an interval that misses it with a probability of 5 % at most, however
    /// often it is looked at.
    package let lowestDifference: Double
    package let highestDifference: Double
    /// About how many more units of both slots bring a decision if all goes on like this; nil where none is in sight.
    package let unitsNeeded: Double?

    private enum CodingKeys: String, CodingKey {
        case logEvidence = "log_evidence"
        case logEvidenceOfHealth = "log_evidence_of_health"
        case decision
        case decidedAtTick = "decided_at_tick"
        case threshold
        case thresholdOfHealth = "threshold_of_health"
        case lowestDifference = "lowest_difference"
        case highestDifference = "highest_difference"
        case unitsNeeded = "units_needed"
    }

    /// What follows from the evidence.
    package enum Decision: String, Sendable, Codable {
        case rollback
        case promote
        /// Neither was proved; that is never a success.
        case inconclusive
    }

    package init(_ ticks: [RecordedTick], settings: JudgeSettings) {
        var judge = StreamJudge(.errors, limit: settings.errorLimit, prior: settings.errorPrior)
        var difference = DifferenceInterval(prior: settings.errorPrior)
        var found: (Decision, Int)?
        var ofHarm: [Double] = []
        var ofHealth: [Double] = []
        for (index, tick) in ticks.enumerated() {
            judge.observe(tick.outcomes, share: tick.share)
            difference.observe(tick.outcomes, share: tick.share)
            ofHarm.append(judge.harm.logEvidence)
            ofHealth.append(judge.health.logEvidence)
            if judge.harm.logEvidence >= settings.harmThreshold {
                found = found ?? (.rollback, index + 1)
            } else if judge.health.logEvidence >= settings.healthThreshold {
                found = found ?? (.promote, index + 1)
            }
        }
        logEvidence = ofHarm
        logEvidenceOfHealth = ofHealth
        decision = found?.0 ?? .inconclusive
        decidedAtTick = found?.1
        threshold = settings.harmThreshold
        thresholdOfHealth = settings.healthThreshold
        lowestDifference = difference.bounds.lowerBound
        highestDifference = difference.bounds.upperBound
        unitsNeeded =
            found == nil
            ? judge.unitsNeeded(
                share: ticks.last?.share ?? 0, harmThreshold: threshold, healthThreshold: thresholdOfHealth) : 0
    }
}
