import Foundation

/// Where the difference of two rates lies, valid at any time: the values that the evidence has not ruled out.
///
/// A test of harm and one of health runs for each value of a grid; the ends are the outermost ones that stand.
package struct DifferenceInterval: Sendable, Equatable {
    /// The probability that the interval ever misses the difference, at most.
    package static let alpha = 0.05
    static let grid = stride(from: -1.0, through: 1.0, by: 0.01).map { pow(abs($0), 1.5) * ($0 < 0 ? -1 : 1) }

    private var lower: [SequentialTest]
    private var upper: [SequentialTest]
    private var ruledOutBelow = -1.0
    private var ruledOutAbove = 1.0

    package init(prior: Double) {
        let inner = Self.grid.filter { abs($0) < 1 }
        lower = inner.map { SequentialTest(.harm, limit: .absolute($0), prior: prior) }
        upper = inner.map { SequentialTest(.health, limit: .absolute($0), prior: prior) }
    }

    package mutating func observe(_ outcomes: SequentialTest.Outcomes, share: Double) {
        let threshold = log(2 / Self.alpha)
        for index in lower.indices {
            lower[index].observe(outcomes, share: share)
            if lower[index].logEvidence >= threshold {
                ruledOutBelow = max(ruledOutBelow, lower[index].limit.increase)
            }
        }
        for index in upper.indices {
            upper[index].observe(outcomes, share: share)
            if upper[index].logEvidence >= threshold {
                ruledOutAbove = min(ruledOutAbove, upper[index].limit.increase)
            }
        }
    }

    /// Green's rate less blue's.
    package var bounds: ClosedRange<Double> { min(ruledOutBelow, ruledOutAbove)...max(ruledOutBelow, ruledOutAbove) }
}
