import Foundation
import Judging
import Testing

@testable import BenchmarkDriver

/// Each way to bet keeps the bound that it is tried under.
@Suite struct BettorTests {
    /// Trials that differ in weights only bet alike.
    private static let bettors = Trial.all.filter { $0.weights == Trial.weightsOfToday }.map(\.bettor)

    @Test func `fixed stakes are the judge's own`() {
        var test = SequentialTest(.harm, limit: .absolute(0.05), prior: 0.01)
        var bettor = FixedStakes(SequentialTest.stakes)
        for bad in [0.0, 1, 0, 2] {
            let outcomes = SequentialTest.Outcomes(greenBad: bad, greenOk: 10 - bad, blueBad: 1, blueOk: 89)
            bettor.bet(on: outcomes, factors: test.factors(share: 0.1), share: 0.1)
            test.observe(outcomes, share: 0.1)
        }
        #expect(abs(bettor.logWealth - test.logEvidence) < 1e-12)
    }

    @Test(arguments: bettors.indices)
    func `the mean wealth stays at one where the release is just at the limit`(index: Int) {
        let wealth = meanWealth(Self.bettors[index], .harm, green: 0.06, share: 0.3)
        #expect(wealth < 1.25, "1, and the noise of the runs")
    }

    @Test(arguments: bettors.indices)
    func `the mean wealth for health stays at one where the release breaks the limit`(index: Int) {
        #expect(meanWealth(Self.bettors[index], .health, green: 0.06, share: 0.5) < 1.25)
    }

    @Test(arguments: bettors.indices)
    func `a bad release makes every bettor rich`(index: Int) {
        var bettor = Self.bettors[index]
        play(&bettor, .harm, green: 0.5, share: 0.5, units: 400, run: 0)
        #expect(bettor.logWealth > log(1_000))
    }

    private func meanWealth(
        _ bettor: any Bettor, _ claim: SequentialTest.Claim, green: Double, share: Double
    ) -> Double {
        let runs = 1_500
        let sum = (0..<runs).reduce(0.0) { sum, run in
            var bettor = bettor
            play(&bettor, claim, green: green, share: share, units: 40, run: run)
            return sum + exp(bettor.logWealth)
        }
        return sum / Double(runs)
    }

    private func play(
        _ bettor: inout any Bettor, _ claim: SequentialTest.Claim, green: Double, share: Double, units: Int, run: Int
    ) {
        var random = Randomness(seed: 1, cell: "\(claim)", run: run)
        var test = SequentialTest(claim, limit: .absolute(0.05), prior: 0.01)
        for _ in 0..<units {
            let isGreen = random.happens(share)
            let isBad = random.happens(isGreen ? green : 0.01)
            let outcomes = SequentialTest.Outcomes(
                greenBad: isGreen && isBad ? 1 : 0, greenOk: isGreen && !isBad ? 1 : 0,
                blueBad: !isGreen && isBad ? 1 : 0, blueOk: !isGreen && !isBad ? 1 : 0)
            bettor.bet(on: outcomes, factors: test.factors(share: share), share: share)
            test.observe(outcomes, share: share)
        }
    }
}
