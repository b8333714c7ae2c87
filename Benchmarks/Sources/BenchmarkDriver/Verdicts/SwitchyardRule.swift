import Foundation
import Judging

/// The product's judge, second by second, with the guard on distinct clients.
struct SwitchyardRule {
    /// So many of green's clients must have met an error for errors to take a release back.
    static let leastClients = 3

    private(set) var judge: Judge
    private var clientsWithErrors: Set<Int> = []

    init(blueBefore: SlotCounts) {
        judge = Judge(JudgeSettings(), blueBefore: blueBefore)
    }

    mutating func observe(_ second: SimulatedSecond) {
        let tick = second.tick
        guard tick.green.units + tick.blue.units > 0 else { return }
        judge.observe(tick)
        for request in second.requests where request.isGreen && request.isBad {
            clientsWithErrors.insert(request.client)
        }
    }

    /// The evidence of the moment: what passed the limit when one client alone had errors may have been that client's.
    var takesBack: Bool {
        guard judge.logHarm >= judge.settings.harmThreshold else { return false }
        return clientsWithErrors.count >= Self.leastClients || logHarmOfTimes >= judge.settings.harmThreshold
    }

    private var logHarmOfTimes: Double {
        judge.streams.filter { $0.stream != .errors }.map { log($0.stream.weight) + $0.harm.logEvidence }
            .logOfSumExponential
    }

    var provesHealth: Bool { judge.finding == .health }
    var units: Double { judge.greenUnits + judge.blueUnits }
}
