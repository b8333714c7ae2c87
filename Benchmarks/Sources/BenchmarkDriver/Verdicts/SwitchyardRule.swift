import Deployments
import Domain
import Judging

/// The product's judge as it is set when nobody sets anything, second by second.
struct SwitchyardRule {
    static let policy = VerdictPolicy()
    static let settings = JudgeSettings(policy.triggers)

    private(set) var judge: Judge
    private var clientsWithErrors: Set<Int> = []

    init(blueBefore: SlotCounts) {
        judge = Judge(Self.settings, blueBefore: blueBefore)
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
