import Domain
import Judging

/// What the clients of a drawing met between two looks: each of them is one unit, with its mean outcome.
struct UnitLook {
    /// A client in one slot, assigned by one share.
    private struct Unit {
        let share: Int
        let isGreen: Bool
        /// Whether its times count.
        let isTimed: Bool
        var bad = 0
        var ok = 0
        /// Requests that have a time for the judge.
        var timed = 0
    }

    private var units: [Unit] = []
    private var places: [UInt64: Int] = [:]
    /// A unit's place and a time of it in microseconds, negative for one without answer.
    private var times: [(unit: Int32, microseconds: Int32)] = []
    /// In the order in which they were first seen.
    private var shares: [Int] = []
    private(set) var green = AnswerCounts()
    private(set) var blue = AnswerCounts()
    /// Requests that did not become part of a unit because too much would have had to be remembered.
    var omitted = 0

    /// The place of a client's unit; nil where it has none in this look.
    func place(of client: UInt64, share: Int, epoch: Int, isGreen: Bool) -> Int? {
        places[Self.key(client, share, epoch, isGreen)]
    }

    mutating func begin(_ client: UInt64, share: Int, epoch: Int, isGreen: Bool, isTimed: Bool) -> Int {
        if !shares.contains(share) { shares.append(share) }
        places[Self.key(client, share, epoch, isGreen)] = units.count
        units.append(Unit(share: share, isGreen: isGreen, isTimed: isTimed))
        return units.count - 1
    }

    /// Counts a request whether it is part of a unit or not.
    mutating func count(_ outcome: Outcome, isGreen: Bool) {
        let one = AnswerCounts(requests: 1, errors: outcome.isFailed ? 1 : 0)
        if isGreen { green += one } else { blue += one }
    }

    mutating func add(_ outcome: Outcome, _ time: JudgedTime?, to place: Int) {
        switch outcome {
        case .answered: units[place].ok += 1
        case .failed: units[place].bad += 1
        case .gaveUp, .leftOut: break
        }
        guard let time, units[place].isTimed else { return }
        guard times.count < Limits.timesInLook else {
            omitted += 1
            return
        }
        units[place].timed += 1
        switch time {
        case .microseconds(let microseconds): times.append((Int32(place), Int32(clamping: microseconds)))
        case .unanswered: times.append((Int32(place), -1))
        }
    }

    /// A tick for each share, the outcomes of a unit weighted so that they add one.
    func ticks(allowedFactor: Double, greenClientsWithErrors: Int) -> [Tick] {
        let none = SlotCounts(times: ResponseTimeHistogram(allowedFactor: allowedFactor))
        var counts = [SlotCounts](repeating: none, count: shares.count * 2)
        let targets = units.map { (shares.firstIndex(of: $0.share) ?? 0) * 2 + ($0.isGreen ? 0 : 1) }
        for (unit, target) in zip(units, targets) where unit.bad + unit.ok > 0 {
            counts[target].bad += Double(unit.bad) / Double(unit.bad + unit.ok)
            counts[target].ok += Double(unit.ok) / Double(unit.bad + unit.ok)
        }
        for (place, microseconds) in times {
            let weight = 1 / Double(units[Int(place)].timed)
            let target = targets[Int(place)]
            if microseconds < 0 {
                counts[target].times.addUnanswered(weight: weight)
            } else {
                counts[target].times.add(milliseconds: Double(microseconds) / 1_000, weight: weight)
            }
        }
        return shares.enumerated().map { index, share in
            Tick(
                share: Double(share) / Double(Split.whole), green: counts[index * 2], blue: counts[index * 2 + 1],
                greenClientsWithErrors: greenClientsWithErrors)
        }
    }

    private static func key(_ client: UInt64, _ share: Int, _ epoch: Int, _ isGreen: Bool) -> UInt64 {
        let assignment = UInt64(epoch) << 16 | UInt64(share) << 1 | (isGreen ? 1 : 0)
        return Fingerprint.mix(client ^ Fingerprint.mix(assignment))
    }
}
