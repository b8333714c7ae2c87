import Foundation

/// By how much one sample is shifted against another, with the interval that goes with the Mann-Whitney test.
///
/// The normal approximation with corrections for ties and continuity, as R's `wilcox.test` and Kayenta have it.
struct MannWhitney {
    /// Of a confidence of 98 %.
    static let normalQuantile = 2.326_347_874_040_840_8
    /// Part of the estimated shift that the interval must exceed for Kayenta to call a sample high.
    static let tolerance = 0.25
    private static let precision = 1e-4

    let lowest: Double
    let highest: Double
    /// After Hodges and Lehmann.
    let estimate: Double

    /// Nil where all observations are tied, so that nothing can be said.
    init?(_ sample: [Double], against control: [Double]) {
        guard let least = sample.min(), let most = sample.max(), let leastOfControl = control.min(),
            let mostOfControl = control.max()
        else { return nil }
        let shifts = (least - mostOfControl)...(most - leastOfControl)
        func root(_ quantile: Double) -> Double? {
            Self.root(in: shifts) { Self.standardized(sample, against: control, shift: $0).map { $0 - quantile } }
        }
        guard let lowest = root(Self.normalQuantile), let highest = root(-Self.normalQuantile), let estimate = root(0)
        else { return nil }
        self.lowest = lowest
        self.highest = highest
        self.estimate = estimate
    }

    /// Kayenta's classification for a measure that must not increase.
    static func isHigh(_ sample: [Double], against control: [Double]) -> Bool {
        guard !sample.isEmpty, !control.isEmpty, Set(sample + control).count > 1, sample.sorted() != control.sorted()
        else { return false }
        let isConstant = Set(sample).count == 1 && Set(control).count == 1
        let compared = isConstant ? (withNoise(sample), withNoise(control)) : (sample, control)
        guard let shift = MannWhitney(compared.0, against: compared.1) else { return false }
        return shift.lowest > tolerance * abs(shift.estimate) && !hasLowerMean(sample, than: control)
    }

    private static func hasLowerMean(_ sample: [Double], than control: [Double]) -> Bool {
        let mean = sample.reduce(0, +) / Double(sample.count)
        return mean > 0 && mean < control.reduce(0, +) / Double(control.count)
    }

    /// Two constants cannot be ranked; Kayenta adds this before it tries.
    private static func withNoise(_ values: [Double]) -> [Double] {
        var random = Randomness(seed: 1, cell: "noise", run: values.count)
        return values.map { $0 + 1e-5 * $0 * random.normal() }
    }

    /// The statistic of the sample less `shift`, in standard deviations from its expectation; nil where all are tied.
    static func standardized(_ sample: [Double], against control: [Double], shift: Double) -> Double? {
        let (sizeOfSample, sizeOfControl) = (Double(sample.count), Double(control.count))
        let size = sizeOfSample + sizeOfControl
        let all = (sample.map { ($0 - shift, true) } + control.map { ($0, false) }).sorted { $0.0 < $1.0 }
        var rankSum = 0.0
        var ties = 0.0
        var start = 0
        while start < all.count {
            var end = start
            while end < all.count, all[end].0 == all[start].0 { end += 1 }
            let tied = Double(end - start)
            rankSum += Double(all[start..<end].count(where: \.1)) * Double(start + end + 1) / 2
            ties += tied * tied * tied - tied
            start = end
        }
        let distance = rankSum - sizeOfSample * (sizeOfSample + 1) / 2 - sizeOfSample * sizeOfControl / 2
        let variance = sizeOfSample * sizeOfControl / 12 * (size + 1 - ties / (size * (size - 1)))
        guard variance > 0 else { return nil }
        let correction = distance == 0 ? 0 : distance > 0 ? 0.5 : -0.5
        return (distance - correction) / variance.squareRoot()
    }

    /// Where a function that falls meets 0, or the end that it doesn't pass.
    private static func root(in range: ClosedRange<Double>, of falling: (Double) -> Double?) -> Double? {
        guard let first = falling(range.lowerBound), let last = falling(range.upperBound) else { return nil }
        if first <= 0 { return range.lowerBound }
        if last >= 0 { return range.upperBound }
        return BrentRoot.find(in: range, tolerance: precision, of: falling)
    }
}
