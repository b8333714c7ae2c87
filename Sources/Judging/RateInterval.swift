import Foundation

/// Where a rate lies that stays the same, valid at any time: the values that the evidence has not ruled out.
///
/// The evidence against a rate is how much better the seen is explained by rates drawn evenly from 0 to 1 than by it (a
/// beta-binomial mixture), which is an e-process for outcomes between 0 and 1, fractions included. For display: releases are
/// compared by `SequentialTest`, which needs no rate to stay the same.
package enum RateInterval {
    /// The probability that the interval ever misses the rate, at most.
    package static let alpha = 0.05

    /// The ends for so many bad units and good ones; 0 to 1 where there are none.
    package static func bounds(bad: Double, ok: Double) -> ClosedRange<Double> {
        guard bad + ok > 0 else { return 0...1 }
        let most = bad / (bad + ok)
        let mixture = lgamma(bad + 1) + lgamma(ok + 1) - lgamma(bad + ok + 2)
        func isRuledOut(_ rate: Double) -> Bool {
            let likelihood = (bad > 0 ? bad * log(rate) : 0) + (ok > 0 ? ok * log1p(-rate) : 0)
            return mixture - likelihood >= log(1 / alpha)
        }
        return end(from: most, to: 0, isRuledOut)...end(from: most, to: 1, isRuledOut)
    }

    private static func end(from inside: Double, to outermost: Double, _ isRuledOut: (Double) -> Bool) -> Double {
        guard isRuledOut(outermost) else { return outermost }
        var (inside, outside) = (inside, outermost)
        for _ in 0..<50 {
            let middle = (inside + outside) / 2
            if isRuledOut(middle) { outside = middle } else { inside = middle }
        }
        return outside
    }
}
