import Foundation
import Judging

/// All trials on the same units, and how many of both slots each needed for harm and for health.
struct TrialRace {
    private var judge: Judge
    private(set) var runners: [TrialRunner]

    init(_ scenario: Scenario, random: Randomness) {
        var traffic = SimulatedTraffic(scenario, random: random)
        judge = Judge(SwitchyardRule.settings, blueBefore: traffic.blueBefore())
        runners = Trial.all.map { TrialRunner($0) }
        while !runners.allSatisfy(\.isDone), let second = traffic.next() { observe(second.tick) }
    }

    /// The judge says what a unit is in each stream and how much may be staked; both are known before the tick.
    private mutating func observe(_ tick: Tick) {
        let before = judge.streams
        judge.observe(tick)
        let rounds = zip(before, judge.streams).map { old, new in
            TrialRunner.Round(
                outcomes: new.outcomes(since: old), harm: old.harm.factors(share: tick.share),
                health: old.health.factors(share: tick.share), share: tick.share)
        }
        let units = judge.greenUnits + judge.blueUnits
        for index in runners.indices where !runners[index].isDone {
            runners[index].play(rounds, settings: judge.settings, units: units)
        }
    }
}

/// One trial's bettors, two for each stream, and when they had proved something.
struct TrialRunner {
    /// What a tick brought to a stream.
    struct Round {
        let outcomes: SequentialTest.Outcomes
        let harm: SequentialTest.Outcomes
        let health: SequentialTest.Outcomes
        let share: Double
    }

    private let weights: [Double]
    private var harm: [any Bettor]
    private var health: [any Bettor]
    private var healthy: Set<Int> = []
    private(set) var harmAfter: Double?
    private(set) var healthAfter: Double?

    init(_ trial: Trial) {
        weights = trial.weights
        harm = weights.map { _ in trial.bettor }
        health = harm
    }

    var isDone: Bool { harmAfter != nil || healthAfter != nil }

    mutating func play(_ rounds: [Round], settings: JudgeSettings, units: Double) {
        for (stream, round) in rounds.enumerated() {
            harm[stream].bet(on: round.outcomes, factors: round.harm, share: round.share)
            health[stream].bet(on: round.outcomes, factors: round.health, share: round.share)
            if health[stream].logWealth >= settings.healthThreshold { healthy.insert(stream) }
        }
        let logHarm = zip(weights, harm).map { log($0) + $1.logWealth }.logOfSumExponential
        if logHarm >= settings.harmThreshold {
            harmAfter = units
        } else if healthy.count == rounds.count {
            healthAfter = units
        }
    }
}

extension StreamJudge {
    fileprivate func outcomes(since before: StreamJudge) -> SequentialTest.Outcomes {
        SequentialTest.Outcomes(
            greenBad: green.bad - before.green.bad, greenOk: green.ok - before.green.ok,
            blueBad: blue.bad - before.blue.bad, blueOk: blue.ok - before.blue.ok)
    }
}

extension StreamJudge.Rate {
    fileprivate var ok: Double { units - bad }
}
