import Foundation
import Judging
import Testing

@testable import BenchmarkDriver

/// That what is simulated is what the table says.
@Suite struct SimulationTests {
    @Test func `draws have the moments of their distributions`() {
        var random = Randomness(seed: 1, cell: "moments", run: 0)
        let normal = (0..<20_000).map { _ in random.normal() }
        let poisson = (0..<20_000).map { _ in Double(random.poisson(mean: 16.7)) }
        #expect(abs(mean(normal)) < 0.03 && abs(mean(normal.map { $0 * $0 }) - 1) < 0.05)
        #expect(abs(mean(poisson) - 16.7) < 0.15)
        #expect(abs(mean(poisson.map { ($0 - 16.7) * ($0 - 16.7) }) - 16.7) < 0.8)
    }

    @Test func `a run is the same each time and another one than its neighbours`() {
        var draws = [(1, "a", 0), (1, "a", 0), (2, "a", 0), (1, "b", 0), (1, "a", 1)].map {
            Randomness(seed: $0, cell: $1, run: $2)
        }
        let first = draws.indices.map { draws[$0].uniform() }
        #expect(first[0] == first[1])
        #expect(Set(first).count == 4)
    }

    @Test(arguments: [StagePlan.canaryFirst.name, StagePlan.straight.name])
    func `a client stays in its slot until it is assigned anew, and is three units up to its first error`(
        plan: String
    ) throws {
        let plan = try #require([StagePlan.canaryFirst, .straight].first { $0.name == plan })
        var scenario = Scenario(plan: plan, requestsAMinute: 300, clients: 50)
        scenario.greenErrors = 0.2
        let seconds = Array(SimulatedTraffic(scenario, random: Randomness(seed: 1, cell: "sticky", run: 0)))
        #expect(seconds.count == 1_800 && Scenario.secondsBetweenAssignments == 600)
        for assignment in 0..<3 {
            let visits = seconds[(600 * assignment)..<(600 * assignment + 600)].flatMap(byClient)
            for ofClient in Dictionary(grouping: visits, by: \.[0].client).values {
                #expect(Set(ofClient.map { $0[0].isGreen }).count == 1)
                let firstBad = ofClient.firstIndex { $0.contains(where: \.isBad) } ?? 2
                let units = min(firstBad + 1, 3, ofClient.count)
                #expect(ofClient.prefix(units).allSatisfy { $0.allSatisfy(\.isUnit) })
                #expect(!ofClient.dropFirst(units).contains { $0.contains(where: \.isUnit) })
                #expect(ofClient[0].allSatisfy { $0.isTimed })
                #expect(!ofClient.dropFirst().contains { $0.contains(where: \.isTimed) })
            }
        }
        let green = seconds.flatMap(\.requests).filter(\.isGreen)
        #expect(abs(Double(green.count(where: \.isBad)) / Double(green.count) - 0.2) < 0.03)
    }

    /// The requests of a second, client by client.
    private func byClient(_ second: SimulatedSecond) -> [[SimulatedRequest]] {
        Array(Dictionary(grouping: second.requests, by: \.client).values)
    }

    @Test func `a client's requests of a second are one unit, and only its first unit has times`() {
        func request(_ client: Int, isBad: Bool = false, isTimed: Bool = true) -> SimulatedRequest {
            SimulatedRequest(client: client, isGreen: true, isBad: isBad, milliseconds: 10, isTimed: isTimed)
        }
        let twice = SimulatedSecond(share: 0.5, requests: [request(1), request(1, isBad: true), request(2)]).tick
        #expect(twice.green.bad == 0.5 && twice.green.ok == 1.5 && twice.green.times.total == 2)
        let later = SimulatedSecond(share: 0.5, requests: [request(1, isTimed: false)]).tick
        #expect(later.green.ok == 1 && later.green.times.total == 0)
    }

    @Test func `a shared incident meets both slots`() {
        var scenario = Scenario(plan: .straight, requestsAMinute: 1_000)
        scenario.incidentErrors = 0.2
        let traffic = SimulatedTraffic(scenario, random: Randomness(seed: 1, cell: "incident", run: 0))
        let late = traffic.dropFirst(Scenario.latestIncidentInStage).flatMap(\.requests)
        for isGreen in [true, false] {
            let ofSlot = late.filter { $0.isGreen == isGreen }
            #expect(abs(Double(ofSlot.count(where: \.isBad)) / Double(ofSlot.count) - 0.2) < 0.02)
        }
    }

    @Test func `one client's errors take nothing back, three clients' do`() {
        func judged(clients: Int) -> Bool {
            var rule = SwitchyardRule(blueBefore: SlotCounts(ok: 500))
            for unit in 0..<9 {
                let request = SimulatedRequest(
                    client: unit % clients, isGreen: true, isBad: true, milliseconds: 10, isUnit: true)
                rule.observe(SimulatedSecond(share: 0.05, requests: [request]))
            }
            return rule.takesBack
        }
        #expect(!judged(clients: 1) && !judged(clients: 2) && judged(clients: 3))
    }

    private func mean(_ values: [Double]) -> Double { values.reduce(0, +) / Double(values.count) }
}
