import Foundation

/// Compares green with blue on errors and response times, unit by unit, and says what is proved.
///
/// Evidence of harm is the weighted mean of the streams' evidence; health is proved when every stream proves it.
package struct Judge: Sendable, Equatable {
    package let settings: JudgeSettings
    package private(set) var streams: [StreamJudge]
    /// Blue's times so far, by which a tick's quantiles are fixed before the tick; older ones fade. Whatever is known before
    /// the tick may fix them: half as long again in all quantiles is half as long again beyond each time.
    private var blueTimes: ResponseTimeHistogram
    package private(set) var greenUnits = 0.0
    package private(set) var blueUnits = 0.0
    private var share = 0.0
    /// Whether harm was proved once: that counts, whatever comes later, because the bound is on its ever being proved.
    private var hasProvedHarm = false
    /// Different clients who have met an error of green; nil where nobody told them apart.
    package private(set) var clientsWithErrors: Int?
    /// When each stream's health was proved, the evidence then and now may differ.
    private var provedHealthy: Set<StreamJudge.Stream> = []

    /// `blueBefore` is what blue did before green came.
    package init(_ settings: JudgeSettings, blueBefore: SlotCounts) {
        self.settings = settings
        let prior = settings.prior(after: blueBefore)
        streams = StreamJudge.Stream.allCases.map { stream in
            guard let quantile = stream.quantile else {
                return StreamJudge(stream, limit: settings.errorLimit, prior: prior)
            }
            return StreamJudge(stream, limit: .absolute(0), prior: 1 - quantile)
        }
        blueTimes = blueBefore.times.scaled(toAtMost: settings.mostBlueTimesBefore)
    }

    package mutating func observe(_ tick: Tick) {
        share = tick.share
        for index in streams.indices {
            guard let outcomes = outcomes(of: tick, in: streams[index].stream) else { continue }
            streams[index].observe(outcomes, share: tick.share)
            if streams[index].health.logEvidence >= settings.healthThreshold {
                provedHealthy.insert(streams[index].stream)
            }
        }
        if let clients = tick.greenClientsWithErrors { clientsWithErrors = max(clientsWithErrors ?? 0, clients) }
        hasProvedHarm = hasProvedHarm || provesHarm
        blueTimes += tick.blue.times
        blueTimes = blueTimes.scaled(toAtMost: settings.mostBlueTimes)
        greenUnits += tick.green.units
        blueUnits += tick.blue.units
    }

    private func outcomes(of tick: Tick, in stream: StreamJudge.Stream) -> SequentialTest.Outcomes? {
        guard let quantile = stream.quantile else { return tick.outcomes }
        guard blueTimes.total >= settings.leastBlueTimes, let limit = blueTimes.bucket(atQuantile: quantile) else {
            return nil
        }
        let greenBad = tick.green.times.weight(above: limit + ResponseTimeHistogram.bucketsOfIncrease)
        let blueBad = tick.blue.times.weight(above: limit)
        return SequentialTest.Outcomes(
            greenBad: greenBad, greenOk: tick.green.times.total - greenBad,
            blueBad: blueBad, blueOk: tick.blue.times.total - blueBad)
    }

    /// The logarithm of the evidence that green is worse than is allowed.
    package var logHarm: Double {
        streams.map { log($0.stream.weight) + $0.harm.logEvidence }.logOfSumExponential
    }

    /// The logarithm of the evidence that green is not, in the stream where there is least of it.
    package var logHealth: Double { streams.map(\.health.logEvidence).min() ?? 0 }

    /// Whether the evidence of the moment is enough. Errors of one or two clients may be their own: they count only
    /// where the times prove harm without them.
    private var provesHarm: Bool {
        guard logHarm >= settings.harmThreshold else { return false }
        guard let clientsWithErrors, clientsWithErrors < settings.leastClients else { return true }
        let ofTimes = streams.filter { $0.stream != .errors }.map { log($0.stream.weight) + $0.harm.logEvidence }
        return ofTimes.logOfSumExponential >= settings.harmThreshold
    }

    package var finding: Finding {
        if hasProvedHarm { return .harm }
        return provedHealthy.count == streams.count ? .health : .open
    }

    /// What is proved so far.
    package enum Finding: String, Sendable, Codable {
        case harm
        case health
        case open
    }

    /// About how many more units, of both slots, are needed for health to be proved or harm; nil where neither is in sight.
    package var unitsNeeded: Double? {
        guard finding == .open else { return 0 }
        let needed = streams.filter { !provedHealthy.contains($0.stream) }.map {
            $0.unitsNeeded(
                share: share, harmThreshold: settings.harmThreshold - log($0.stream.weight),
                healthThreshold: settings.healthThreshold)
        }
        return needed.contains(nil) ? nil : needed.compactMap(\.self).max()
    }
}
