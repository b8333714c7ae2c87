import Judging

/// Simulated releases that are judged until something is proved: after how many units.
struct VerdictCell {
    let name: String
    let scenario: Scenario

    /// What came of a cell, for the table; a quantile that no verdict was reached for is not there.
    struct Result: Encodable {
        let name: String
        let runs: Int
        let harm: Units
        let health: Units
    }

    /// How many runs found something, and after how many units of both slots, of all runs.
    struct Units: Encodable {
        let found: Int
        let median: Double?
        let p90: Double?

        init(_ units: [Double?]) {
            let known = units.compactMap(\.self).sorted()
            found = known.count
            median = known.value(at: units.count / 2)
            p90 = known.value(at: units.count * 9 / 10)
        }
    }

    func simulate(runs: Int, seed: UInt64) async -> Result {
        let verdicts = await Simulations(name: name, runs: runs, seed: seed).run {
            SimulatedVerdict(scenario, random: $0)
        }
        return Result(
            name: name, runs: runs, harm: Units(verdicts.map { $0.finding == .harm ? $0.units : nil }),
            health: Units(verdicts.map { $0.finding == .health ? $0.units : nil }))
    }

    /// One result a trial.
    func race(runs: Int, seed: UInt64) async -> [Result] {
        let races = await Simulations(name: "\(name), trials", runs: runs, seed: seed).run { random in
            TrialRace(scenario, random: random).runners
        }
        return Trial.all.enumerated().map { index, trial in
            Result(
                name: trial.name, runs: runs, harm: Units(races.map { $0[index].harmAfter }),
                health: Units(races.map { $0[index].healthAfter }))
        }
    }
}

extension VerdictCell {
    static var judged: [VerdictCell] { harmful + [healthy] }

    static var raced: [VerdictCell] {
        harmful + [
            VerdictCell(name: "errors10", scenario: steady(0.1) { $0.greenErrors = 0.1 }),
            VerdictCell(name: "slow2", scenario: steady(0.1) { $0.slowdown = 2 }),
            VerdictCell(name: "errors20even", scenario: steady(0.5) { $0.greenErrors = 0.2 }),
            healthy,
            VerdictCell(
                name: "slightlyWorse",
                scenario: steady(0.5) {
                    $0.greenErrors = 0.02
                    $0.slowdown = 1.2
                }),
            VerdictCell(name: "atErrorLimit", scenario: steady(0.1, seconds: 3_000) { $0.greenErrors = 0.06 }),
            VerdictCell(name: "atTimeLimit", scenario: steady(0.1, seconds: 3_000) { $0.slowdown = 1.5 }),
        ]
    }

    private static let healthy = VerdictCell(name: "healthy", scenario: steady(0.5))

    private static let harmful = [
        VerdictCell(name: "errors100", scenario: steady(0.1) { $0.greenErrors = 1 }),
        VerdictCell(name: "errors20", scenario: steady(0.1) { $0.greenErrors = 0.2 }),
        VerdictCell(name: "slow3", scenario: steady(0.1) { $0.slowdown = 3 }),
    ]

    /// One unit a second on average, so that a tick is a unit, for at most three hours.
    private static func steady(
        _ share: Double, seconds: Int = 10_800, change: (inout Scenario) -> Void = { _ in }
    ) -> Scenario {
        var scenario = Scenario(plan: .steady(share: share, seconds: seconds), requestsAMinute: 60)
        change(&scenario)
        return scenario
    }
}

extension [Double] {
    fileprivate func value(at index: Int) -> Double? { index < count ? self[index] : nil }
}
