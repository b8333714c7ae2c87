import Judging

/// What a slot answered in the last half hour, in buckets of a minute; each request is a unit.
struct RecentWindow {
    private struct Minute {
        var number: Int
        var counts: SlotCounts
    }

    private let none: SlotCounts
    private var minutes: [Minute] = []

    init(allowedFactor: Double) {
        none = SlotCounts(times: ResponseTimeHistogram(allowedFactor: allowedFactor))
    }

    mutating func add(_ outcome: Outcome, minute: Int, patience: Double?) {
        if minutes.last.map({ $0.number < minute }) ?? true {
            minutes.append(Minute(number: minute, counts: none))
            if minutes.count > Limits.recentMinutes { minutes.removeFirst() }
        }
        minutes[minutes.count - 1].counts.add(outcome, patience: patience)
    }

    func counts(at minute: Int) -> SlotCounts {
        minutes.reduce(into: none) { sum, next in
            if next.number > minute - Limits.recentMinutes { sum += next.counts }
        }
    }

    /// The time in milliseconds that 95 of 100 requests took at most; nil where nothing is known of it.
    func patience(at minute: Int) -> Double? {
        let times = counts(at: minute).times
        return times.bucket(atQuantile: 0.95).map(times.milliseconds(ofBucket:))
    }
}

extension SlotCounts {
    fileprivate mutating func add(_ outcome: Outcome, patience: Double?) {
        switch outcome {
        case .answered: ok += 1
        case .failed: bad += 1
        case .gaveUp, .leftOut: break
        }
        switch outcome.judgedTime(patience: patience) {
        case .microseconds(let microseconds): times.add(milliseconds: Double(microseconds) / 1_000)
        case .unanswered: times.addUnanswered()
        case nil: break
        }
    }
}
