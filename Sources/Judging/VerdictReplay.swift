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

    private enum CodingKeys: String, CodingKey {
        case logEvidence = "log_evidence"
        case logEvidenceOfHealth = "log_evidence_of_health"
        case decision
        case decidedAtTick = "decided_at_tick"
        case threshold
        case thresholdOfHealth = "threshold_of_health"
    }

    /// What follows from the evidence.
    package enum Decision: String, Sendable, Codable {
        case rollback
        case promote
        /// Neither was proved; that is never a success.
        case inconclusive
    }

    package init(_ ticks: [RecordedTick], settings: JudgeSettings) {
        var harm = SequentialTest(.harm, limit: settings.errorLimit, prior: settings.errorPrior)
        var health = SequentialTest(.health, limit: settings.errorLimit, prior: settings.errorPrior)
        var found: (Decision, Int)?
        var ofHarm: [Double] = []
        var ofHealth: [Double] = []
        for (index, tick) in ticks.enumerated() {
            harm.observe(tick.outcomes, share: tick.share)
            health.observe(tick.outcomes, share: tick.share)
            ofHarm.append(harm.logEvidence)
            ofHealth.append(health.logEvidence)
            if harm.logEvidence >= settings.harmThreshold {
                found = found ?? (.rollback, index + 1)
            } else if health.logEvidence >= settings.healthThreshold {
                found = found ?? (.promote, index + 1)
            }
        }
        logEvidence = ofHarm
        logEvidenceOfHealth = ofHealth
        decision = found?.0 ?? .inconclusive
        decidedAtTick = found?.1
        threshold = settings.harmThreshold
        thresholdOfHealth = settings.healthThreshold
    }
}
