/// A rule that looks once a minute; it is asked no more once it took a release back.
protocol MinuteRule {
    mutating func takesBack(after minute: SimulatedMinute) -> Bool
}

/// What is written first: green's error rate of the minute is more than five points above blue's.
struct ThresholdRule: MinuteRule {
    static let allowedIncrease = 0.05

    func takesBack(after minute: SimulatedMinute) -> Bool {
        guard let green = minute.green.errorRate, let blue = minute.blue.errorRate else { return false }
        return green > blue + Self.allowedIncrease
    }
}

/// Flagger's: a check a minute of success rate and p99; so many failed ones, counted over the whole release, end it.
struct FlaggerRule: MinuteRule {
    let leastSuccess: Double
    /// Without requests the query has no value, which counts as a failed check unless a load test fills the gaps.
    let forgivesEmptyMinutes: Bool
    let mostFailedChecks = 10
    let mostMillisecondsAtP99 = 500.0
    private var failedChecks = 0

    init(leastSuccess: Double, forgivesEmptyMinutes: Bool) {
        self.leastSuccess = leastSuccess
        self.forgivesEmptyMinutes = forgivesEmptyMinutes
    }

    mutating func takesBack(after minute: SimulatedMinute) -> Bool {
        if !passes(minute) { failedChecks += 1 }
        return failedChecks >= mostFailedChecks
    }

    private func passes(_ minute: SimulatedMinute) -> Bool {
        guard let errorRate = minute.green.errorRate, let p99 = minute.green.milliseconds(atQuantile: 0.99) else {
            return forgivesEmptyMinutes
        }
        return 1 - errorRate >= leastSuccess && p99 <= mostMillisecondsAtP99
    }
}

/// Kayenta's judge: Mann-Whitney on the minutes' error rates and p95, seen so far; one measure that is too high fails.
struct KayentaRule: MinuteRule {
    /// Minutes from one look to the next.
    let interval: Int
    private var minute = 0
    private var errors = Samples()
    private var times = Samples()

    private struct Samples {
        var green: [Double] = []
        var blue: [Double] = []

        mutating func add(green: Double?, blue: Double?) {
            if let green { self.green.append(green) }
            if let blue { self.blue.append(blue) }
        }
    }

    init(interval: Int) {
        self.interval = interval
    }

    mutating func takesBack(after minute: SimulatedMinute) -> Bool {
        self.minute += 1
        // In percent, as dashboards have it: the published search for the interval's ends stops at 0.0001.
        errors.add(green: minute.green.errorRate.map { 100 * $0 }, blue: minute.blue.errorRate.map { 100 * $0 })
        times.add(
            green: minute.green.milliseconds(atQuantile: 0.95), blue: minute.blue.milliseconds(atQuantile: 0.95))
        guard self.minute.isMultiple(of: interval) else { return false }
        return [errors, times].contains { MannWhitney.isHigh($0.green, against: $0.blue) }
    }
}
