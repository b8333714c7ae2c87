/// Simulated releases of one kind, of which each rule takes back some.
struct ReleaseCell {
    let kind: String
    let scenario: Scenario

    private var name: String {
        "\(kind), \(scenario.plan.name), \(Int(scenario.requestsAMinute)) a minute, \(clients)"
    }

    private var clients: String { scenario.clients.map { "\($0) clients" } ?? "each request another client's" }

    /// How many releases a rule took back, and the median of the seconds that those took.
    struct TakenBack: Encodable {
        let releases: Int
        let medianSeconds: Int?
    }

    /// What came of a cell, for the table.
    struct Result: Encodable {
        let kind: String
        let plan: String
        let requestsAMinute: Double
        let clients: String
        let runs: Int
        let provedHealthy: Int
        let takenBack: [String: TakenBack]
    }

    func simulate(runs: Int, seed: UInt64) async -> Result {
        let releases = await Simulations(name: name, runs: runs, seed: seed).run { random in
            SimulatedRelease(scenario, random: random)
        }
        let takenBack = SimulatedRelease.Rule.allCases.map { rule in
            let seconds = releases.compactMap { $0.takenBack[rule] }.sorted()
            return (
                rule.rawValue,
                TakenBack(releases: seconds.count, medianSeconds: seconds.isEmpty ? nil : seconds[seconds.count / 2])
            )
        }
        return Result(
            kind: kind, plan: scenario.plan.name, requestsAMinute: scenario.requestsAMinute, clients: clients,
            runs: runs, provedHealthy: releases.count(where: \.provedHealthy),
            takenBack: Dictionary(uniqueKeysWithValues: takenBack))
    }
}

extension ReleaseCell {
    static let plans = [StagePlan.canaryFirst, .straight]

    static var healthy: [ReleaseCell] {
        [5.0, 20, 60, 300, 1_000].flatMap { rate in
            plans.map { sticky("healthy", $0, rate) } + [
                ReleaseCell(kind: "healthy", scenario: Scenario(plan: .straight, requestsAMinute: rate))
            ]
        }
    }

    /// No fault of the release, or a smaller one than is allowed: it must stay.
    static var blameless: [ReleaseCell] {
        [20.0, 60, 300].flatMap { rate in
            plans.flatMap { plan in
                [
                    sticky("shared incident", plan, rate) { $0.incidentErrors = 0.2 },
                    sticky("1.4 times as slow", plan, rate) { $0.slowdown = 1.4 },
                    sticky("abusive client", plan, rate) { $0.abuser = .whereverItComes },
                    sticky("abusive client, always on green", plan, rate) { $0.abuser = .alwaysOnGreen },
                    sticky("abusive client, always on green, three units of each client", plan, rate) {
                        $0.abuser = .alwaysOnGreen
                        $0.errorIsLastUnit = false
                    },
                ]
            }
        }
    }

    static var harmful: [ReleaseCell] {
        [5.0, 20, 60, 300, 1_000].flatMap { rate in
            plans.flatMap { plan in
                [
                    sticky("errors 1 → 20 %", plan, rate) { $0.greenErrors = 0.2 },
                    sticky("errors 1 → 20 %, three units of each client", plan, rate) {
                        $0.greenErrors = 0.2
                        $0.errorIsLastUnit = false
                    },
                    sticky("3 times as slow", plan, rate) { $0.slowdown = 3 },
                ]
            }
        }
    }

    /// As many clients as requests a minute, and never too few to be a team.
    private static func sticky(
        _ kind: String, _ plan: StagePlan, _ rate: Double, change: (inout Scenario) -> Void = { _ in }
    ) -> ReleaseCell {
        var scenario = Scenario(plan: plan, requestsAMinute: rate, clients: max(20, Int(rate)))
        change(&scenario)
        return ReleaseCell(kind: kind, scenario: scenario)
    }
}
