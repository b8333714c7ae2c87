import Foundation

/// One kind of trouble that green may have more of than blue: errors, or times beyond a quantile of blue's.
package struct StreamJudge: Sendable, Equatable {
    /// What is compared.
    package enum Stream: String, Sendable, CaseIterable, Codable {
        case errors
        case p50
        case p95

        /// Its part of the evidence of harm; they add up to 1.
        package var weight: Double { self == .errors ? 0.5 : 0.25 }

        /// The part of blue's times that lies below what is compared; nil where no times are.
        var quantile: Double? {
            switch self {
            case .errors: nil
            case .p50: 0.5
            case .p95: 0.95
            }
        }
    }

    package let stream: Stream
    package private(set) var harm: SequentialTest
    package private(set) var health: SequentialTest
    /// What both slots did so far, for display.
    package private(set) var green = Rate()
    package private(set) var blue = Rate()

    /// Units, and how many of them went wrong.
    package struct Rate: Sendable, Equatable {
        package private(set) var bad = 0.0
        package private(set) var units = 0.0

        package var value: Double { units > 0 ? bad / units : 0 }

        mutating func add(bad: Double, ok: Double) {
            self.bad += bad
            units += bad + ok
        }
    }

    package init(_ stream: Stream, limit: SequentialTest.Limit, prior: Double) {
        self.stream = stream
        harm = SequentialTest(.harm, limit: limit, prior: prior)
        health = SequentialTest(.health, limit: limit, prior: prior)
    }

    mutating func observe(_ outcomes: SequentialTest.Outcomes, share: Double) {
        harm.observe(outcomes, share: share)
        health.observe(outcomes, share: share)
        green.add(bad: outcomes.greenBad, ok: outcomes.greenOk)
        blue.add(bad: outcomes.blueBad, ok: outcomes.blueOk)
    }

    /// About how many more units, of both slots, prove health or harm if all goes on as it did; nil where neither is in
    /// sight.
    package func unitsNeeded(share: Double, harmThreshold: Double, healthThreshold: Double) -> Double? {
        let steps = [(harm, harmThreshold), (health, healthThreshold)].compactMap { test, threshold -> Double? in
            let missing = threshold - test.logEvidence
            guard missing > 0 else { return 0 }
            let gain = test.expectedGain(green: green.value, blue: blue.value, share: share)
            // The best of the stakes has to pay for the others too.
            return gain > 1e-6 ? (missing + log(Double(SequentialTest.stakes.count))) / gain : nil
        }
        return steps.min()
    }
}
