import Judging

/// The product's judge, second by second.
struct SwitchyardRule {
    private(set) var judge: Judge
    private var clientsWithErrors: Set<Int> = []

    init(blueBefore: SlotCounts) {
        judge = Judge(JudgeSettings(), blueBefore: blueBefore)
    }

    mutating func observe(_ second: SimulatedSecond) {
        for request in second.requests where request.isGreen && request.isBad {
            clientsWithErrors.insert(request.client)
        }
        var tick = second.tick
        guard tick.green.units + tick.blue.units > 0 else { return }
        tick.greenClientsWithErrors = clientsWithErrors.count
        judge.observe(tick)
    }

    var takesBack: Bool { judge.finding == .harm }
    var provesHealth: Bool { judge.finding == .health }
    var units: Double { judge.greenUnits + judge.blueUnits }
}
