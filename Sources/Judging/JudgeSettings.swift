import Foundation

/// What a release may do worse, and how sure a verdict must be.
package struct JudgeSettings: Sendable, Equatable, Codable {
    package var errorLimit: SequentialTest.Limit
    /// The factor of blue's response times that is allowed.
    package var timeFactor: Double
    /// The probability that a release which keeps the limits is taken back, at most.
    package var alpha: Double
    /// The probability that a release which breaks a limit is called healthy, at most.
    package var healthAlpha: Double
    /// Blue's error rate where nothing is known of it.
    package var errorPrior: Double
    /// Answers of blue that must be known before its times are compared with.
    package var leastBlueTimes = 20.0
    /// As how many answers those from before count at most: what blue does now is soon what green is compared with.
    package var mostBlueTimesBefore = 100.0
    /// As how many answers all that were seen of blue count at most: a load that changes is compared with as it is.
    package var mostBlueTimes = 500.0
    /// Different clients of green who must have met an error for errors to prove harm.
    package var leastClients = 3

    package init(
        errorLimit: SequentialTest.Limit = .absolute(0.05), timeFactor: Double = 1.5, alpha: Double = 0.01,
        healthAlpha: Double = 0.05, errorPrior: Double = 0.01
    ) {
        self.errorLimit = errorLimit
        self.timeFactor = timeFactor
        self.alpha = alpha
        self.healthAlpha = healthAlpha
        self.errorPrior = errorPrior
    }

    /// Blue's error rate as what it did before shows it.
    package func prior(after before: SlotCounts) -> Double {
        before.units > 0 ? min(before.bad / before.units, 1) : errorPrior
    }

    package var harmThreshold: Double { log(1 / alpha) }
    package var healthThreshold: Double { log(1 / healthAlpha) }
}
