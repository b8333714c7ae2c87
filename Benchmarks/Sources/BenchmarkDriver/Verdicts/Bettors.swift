import Foundation
import Judging

/// Somebody who bets on a test's claim; what is staked may depend on the past only, so that the bound holds.
protocol Bettor: Sendable {
    var logWealth: Double { get }
    /// `factors` is what the largest bet gains or loses with one unit.
    mutating func bet(on outcomes: SequentialTest.Outcomes, factors: SequentialTest.Outcomes, share: Double)
}

/// Stakes that stay as they are, each with a wealth of its own: the judge's way.
struct FixedStakes: Bettor {
    private let stakes: [Double]
    private var logWealths: [Double]

    init(_ stakes: [Double]) {
        self.stakes = stakes
        logWealths = stakes.map { _ in 0 }
    }

    var logWealth: Double { logWealths.logOfMeanExponential }

    mutating func bet(on outcomes: SequentialTest.Outcomes, factors: SequentialTest.Outcomes, share: Double) {
        for (index, stake) in stakes.enumerated() {
            logWealths[index] += outcomes.logGain(stake: stake, factors: factors)
        }
    }
}

/// The stake that would have grown fastest at the rates seen so far (aGRAPA of Waudby-Smith and Ramdas).
struct GrowthStake: Bettor {
    private static let most = 0.95
    private static let presumedUnits = 10.0
    private(set) var logWealth = 0.0
    private var greenBad = 0.0
    private var greenUnits = 0.0

    mutating func bet(on outcomes: SequentialTest.Outcomes, factors: SequentialTest.Outcomes, share: Double) {
        logWealth += outcomes.logGain(stake: stake(factors, share), factors: factors)
        greenBad += outcomes.greenBad
        greenUnits += outcomes.greenBad + outcomes.greenOk
    }

    private func stake(_ factors: SequentialTest.Outcomes, _ share: Double) -> Double {
        let limit = factors.greenOk / (factors.greenOk - factors.greenBad)
        let claimsHarm = factors.greenBad > 0
        let presumed = claimsHarm ? (limit + 1) / 2 : limit / 2
        let green = (Self.presumedUnits * presumed + greenBad) / (Self.presumedUnits + greenUnits)
        let blue = factors.blueOk / (factors.blueOk - factors.blueBad)
        let chances = [share * green, share * (1 - green), (1 - share) * blue, (1 - share) * (1 - blue)]
        let gains = [factors.greenBad, factors.greenOk, factors.blueBad, factors.blueOk]
        let mean = zip(chances, gains).reduce(0) { $0 + $1.0 * $1.1 }
        let square = zip(chances, gains).reduce(0) { $0 + $1.0 * $1.1 * $1.1 }
        return square > 0 ? min(max(mean / square, 0), Self.most) : 0
    }
}

/// A stake that follows the gradient of what it won (online Newton steps, as Waudby-Smith and Ramdas describe them).
struct NewtonStake: Bettor {
    private static let most = 0.95
    private(set) var logWealth = 0.0
    private var stake = 0.1
    private var curvature = 1.0

    mutating func bet(on outcomes: SequentialTest.Outcomes, factors: SequentialTest.Outcomes, share: Double) {
        logWealth += outcomes.logGain(stake: stake, factors: factors)
        let units = [outcomes.greenBad, outcomes.greenOk, outcomes.blueBad, outcomes.blueOk]
        let slopes = [factors.greenBad, factors.greenOk, factors.blueBad, factors.blueOk].map { $0 / (1 + stake * $0) }
        let slope = zip(units, slopes).reduce(0) { $0 + $1.0 * $1.1 }
        curvature += zip(units, slopes).reduce(0) { $0 + $1.0 * $1.1 * $1.1 }
        stake = min(max(stake + 2 / (2 - log(3)) * slope / curvature, 0), Self.most)
    }
}

/// Several bettors who shared the wealth at the beginning.
struct Syndicate: Bettor {
    private var bettors: [any Bettor]

    init(_ bettors: [any Bettor]) {
        self.bettors = bettors
    }

    var logWealth: Double { bettors.map(\.logWealth).logOfMeanExponential }

    mutating func bet(on outcomes: SequentialTest.Outcomes, factors: SequentialTest.Outcomes, share: Double) {
        for index in bettors.indices { bettors[index].bet(on: outcomes, factors: factors, share: share) }
    }
}
