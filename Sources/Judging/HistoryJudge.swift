import Foundation

/// Compares green with what blue did before green came: that also finds trouble which green makes for both.
///
/// It cannot tell such trouble from an incident that green has nothing to do with, so its finding is a reason to look
/// closer and never to take a release back alone. Blue has one too: where it finds nothing, the trouble is not of both.
package struct HistoryJudge: Sendable, Equatable {
    /// Of the error probability of 0.002 half is for the bets, and a quarter for the bound of errors and that of times each.
    static let boundAlpha = 0.0005
    static let betAlpha = 0.001
    private static let threshold = log(1 / betAlpha)
    /// Answers of blue that must be known before green is compared with them.
    private static let leastUnits = 20.0

    private let leastClients: Int
    private var streams: [Stream]
    package private(set) var hasFoundHarm = false

    /// Bets that green's bad outcomes are no more than `rate`.
    private struct Stream: Sendable, Equatable {
        let stream: StreamJudge.Stream
        let rate: Double
        /// The bucket beyond which a time is bad; nil for errors.
        var slowest: Int?
        var logWealths = [Double](repeating: 0, count: SequentialTest.stakes.count)

        mutating func observe(bad: Double, ok: Double) {
            for (index, stake) in SequentialTest.stakes.enumerated() {
                logWealths[index] += bad * log1p(stake * (1 - rate) / rate) + ok * log1p(-stake)
            }
        }
    }

    /// `blueBefore` is what blue did before green came; too little of it, and nothing is ever found.
    package init(_ settings: JudgeSettings, blueBefore: SlotCounts) {
        leastClients = settings.leastClients
        streams = []
        guard blueBefore.units >= Self.leastUnits else { return }
        let highest = RateBound.upper(bad: blueBefore.bad, units: blueBefore.units, alpha: Self.boundAlpha)
        let limit = min(settings.errorLimit.factor * highest + settings.errorLimit.increase, 0.999)
        streams.append(Stream(stream: .errors, rate: max(limit, 1e-6)))
        for stream in [StreamJudge.Stream.p50, .p95] {
            guard let slowest = Self.slowest(stream, in: blueBefore.times) else { continue }
            let rate = 1 - (stream.quantile ?? 0)
            streams.append(Stream(stream: stream, rate: rate, slowest: slowest))
        }
    }

    /// Beyond what green's quantile may not lie: the bound of blue's (Dvoretzky, Kiefer, Wolfowitz) and the allowed
    /// increase. Nil where too few times are known for the quantile to have a bound.
    private static func slowest(_ stream: StreamJudge.Stream, in times: ResponseTimeHistogram) -> Int? {
        guard let quantile = stream.quantile, times.total > 0 else { return nil }
        let bound = quantile + sqrt(log(2 / boundAlpha) / (2 * times.total))
        guard bound < 1, let bucket = times.bucket(atQuantile: bound) else { return nil }
        return bucket + ResponseTimeHistogram.bucketsOfIncrease
    }

    /// `clientsWithErrors` is how many different clients have met one so far; errors of one or two may be their own.
    package mutating func observe(_ green: SlotCounts, clientsWithErrors: Int? = nil) {
        for index in streams.indices {
            if let slowest = streams[index].slowest {
                let bad = green.times.weight(above: slowest)
                streams[index].observe(bad: bad, ok: green.times.total - bad)
            } else {
                streams[index].observe(bad: green.bad, ok: green.ok)
            }
        }
        let mayCountErrors = clientsWithErrors.map { $0 >= leastClients } ?? true
        let evidence = mayCountErrors ? logHarm : logHarm(of: streams.filter { $0.stream != .errors })
        hasFoundHarm = hasFoundHarm || evidence >= Self.threshold
    }

    /// The logarithm of the evidence.
    package var logHarm: Double { logHarm(of: streams) }

    /// Streams that cannot be compared, or are left out, count as no evidence.
    private func logHarm(of streams: [Stream]) -> Double {
        let known = streams.map { log($0.stream.weight) + $0.logWealths.logOfMeanExponential }
        let unknown = 1 - streams.reduce(0) { $0 + $1.stream.weight }
        return (known + (unknown > 0 ? [log(unknown)] : [])).logOfSumExponential
    }
}

/// How high a rate may be of which a part was seen (Clopper and Pearson).
package enum RateBound {
    /// The rate at which so few bad ones, or fewer, are seen with a probability of `alpha`.
    package static func upper(bad: Double, units: Double, alpha: Double) -> Double {
        guard units > 0, bad < units else { return 1 }
        var (low, high) = (bad / units, 1.0)
        for _ in 0..<60 {
            let middle = (low + high) / 2
            if logChance(ofAtMost: Int(bad.rounded(.up)), of: units, at: middle) > log(alpha) {
                low = middle
            } else {
                high = middle
            }
        }
        return high
    }

    /// The logarithm of the binomial distribution function.
    private static func logChance(ofAtMost most: Int, of units: Double, at rate: Double) -> Double {
        guard rate < 1 else { return -.infinity }
        // Each term from the one before; far below the largest they no longer matter.
        var term = units * log1p(-rate)
        var terms = [term]
        for count in 1...max(1, most) where count <= most {
            term += log((units - Double(count) + 1) / Double(count)) + log(rate) - log1p(-rate)
            terms.append(term)
        }
        return terms.logOfSumExponential
    }
}
