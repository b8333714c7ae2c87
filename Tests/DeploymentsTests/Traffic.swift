import Deployments
import Domain
import Foundation
import Judging

/// What users meet in about a second.
enum Traffic {
    private static let perLook = 400.0

    static let before = counts(1_000, errors: 0.01)

    @Sendable static func none(_ split: Split) -> Observation { Observation() }

    @Sendable static func unseen(_ split: Split) -> Observation { Observation(gap: "the request log is away") }

    @Sendable static func healthy(_ split: Split) -> Observation { observation(split, green: 0.01, blue: 0.01) }

    /// Enough for the canary, and too few to prove anything soon.
    @Sendable static func scarce(_ split: Split) -> Observation {
        observation(split, green: 0.03, blue: 0.01, units: split.share == 500 ? 400 : 12)
    }

    static func errors(ofGreen green: Double, ofBlue blue: Double = 0.01, users: Int = 100)
        -> @Sendable (Split)
        -> Observation
    {
        { observation($0, green: green, blue: blue, users: users) }
    }

    private static func observation(
        _ split: Split, green: Double, blue: Double, users: Int = 100, units: Double = perLook
    ) -> Observation {
        let share = Double(split.share) / Double(Split.whole)
        guard share > 0, share < 1 else { return Observation() }
        let tick = Tick(
            share: share, green: counts(units * share, errors: green), blue: counts(units * (1 - share), errors: blue),
            greenClientsWithErrors: green > 0 ? users : 0)
        return Observation(
            ticks: [tick], green: AnswerCounts(requests: Int(units * share), errors: Int(tick.green.bad)),
            blue: AnswerCounts(requests: Int(units * (1 - share)), errors: Int(tick.blue.bad)))
    }

    private static func counts(_ units: Double, errors: Double) -> SlotCounts {
        var counts = SlotCounts(bad: units * errors, ok: units * (1 - errors))
        // A tail that grows thin, as that of web applications does.
        for step in 0..<20 {
            let part = pow(0.6, Double(step)) * 0.4
            counts.times.add(milliseconds: 10 * pow(1.25, Double(step)), weight: counts.ok * part)
        }
        return counts
    }
}
