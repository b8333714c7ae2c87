import ArgumentParser
import Judging

/// `BenchmarkDriver verdicts`: simulates releases and prints how often and how soon they are judged.
struct VerdictsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verdicts", abstract: "Judges simulated releases, beside the rules of others.")

    @Option(help: "Simulated releases for each cell of healthy ones; the others have half as many, trials a quarter.")
    var runs = 2_000
    @Option(help: "The seed of all draws.")
    var seed: UInt64 = 1

    /// What of the product the simulation is true for.
    private struct Judged: Encodable {
        let harmAlpha = SwitchyardRule.settings.alpha
        let healthAlpha = SwitchyardRule.settings.healthAlpha
        let leastClients = SwitchyardRule.settings.leastClients
        let unitsOfAClient = Scenario.mostUnitsOfAClient
        let secondsBetweenAssignments = Scenario.secondsBetweenAssignments
    }

    private struct Result: Encodable {
        let settings = Judged()
        var healthy: [ReleaseCell.Result] = []
        var blameless: [ReleaseCell.Result] = []
        var harmful: [ReleaseCell.Result] = []
        var judged: [VerdictCell.Result] = []
        /// For each scenario by name, one result a trial.
        var raced: [String: [VerdictCell.Result]] = [:]
    }

    func run() async throws {
        var result = Result()
        for cell in VerdictCell.judged { result.judged.append(await cell.simulate(runs: half, seed: seed)) }
        for cell in VerdictCell.raced { result.raced[cell.name] = await cell.race(runs: max(half / 2, 1), seed: seed) }
        result.harmful = await simulate(ReleaseCell.harmful, runs: half)
        result.blameless = await simulate(ReleaseCell.blameless, runs: half)
        result.healthy = await simulate(ReleaseCell.healthy, runs: runs)
        try BenchmarkDriver.say(result)
    }

    private var half: Int { max(runs / 2, 1) }

    private func simulate(_ cells: [ReleaseCell], runs: Int) async -> [ReleaseCell.Result] {
        var results: [ReleaseCell.Result] = []
        for cell in cells { results.append(await cell.simulate(runs: runs, seed: seed)) }
        return results
    }
}
