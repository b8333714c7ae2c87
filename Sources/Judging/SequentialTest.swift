import Foundation

/// A test that may be looked at after every unit: the probability that it ever claims what is not so is bounded.
///
/// Green and blue are compared while both take traffic: each unit was sent to green with the known probability `share`.
/// A gambler with one of four stakes bets against the claim's opposite; the stakes' mean wealth is a supermartingale
/// when the opposite holds, whatever share and rates do meanwhile, so that it passes 1/alpha with a probability of at
/// most alpha (Ville's inequality). Derivation: docs/adr/0025.
package struct SequentialTest: Sendable, Equatable {
    /// What evidence is gathered for.
    package enum Claim: Sendable, Equatable {
        /// Green is worse than is allowed.
        case harm
        /// Green is not as bad as the limit.
        case health
    }

    package let claim: Claim
    package let limit: Limit
    /// What blue is thought to do before it was seen, and how many units that is worth.
    let prior: Double
    static let priorUnits = 20.0
    package static let stakes = [0.03, 0.1, 0.3, 0.9]

    private var logWealths = [Double](repeating: 0, count: stakes.count)
    private var blue = Mean()

    /// How much green may do worse: at most `factor` times blue's rate and `increase` more.
    package struct Limit: Sendable, Equatable, Codable {
        package let factor: Double
        package let increase: Double

        package init(factor: Double, increase: Double) {
            self.factor = factor
            self.increase = increase
        }

        package static func absolute(_ increase: Double) -> Limit { Limit(factor: 1, increase: increase) }
        package static func relative(_ increase: Double) -> Limit { Limit(factor: 1 + increase, increase: 0) }
    }

    private struct Mean: Sendable, Equatable {
        var bad = 0.0
        var units = 0.0
    }

    /// What became of a tick's units: bad and ok ones of green and of blue.
    package struct Outcomes: Sendable, Equatable {
        package let greenBad, greenOk, blueBad, blueOk: Double

        package init(greenBad: Double, greenOk: Double, blueBad: Double, blueOk: Double) {
            self.greenBad = greenBad
            self.greenOk = greenOk
            self.blueBad = blueBad
            self.blueOk = blueOk
        }

        /// What these outcomes make of a wealth, as a logarithm, where `factors` says it of the largest bet and one unit.
        package func logGain(stake: Double, factors: Outcomes) -> Double {
            Self.logGain(greenBad, stake * factors.greenBad) + Self.logGain(greenOk, stake * factors.greenOk)
                + Self.logGain(blueBad, stake * factors.blueBad) + Self.logGain(blueOk, stake * factors.blueOk)
        }

        /// Most ticks of a small application have one outcome at most.
        private static func logGain(_ units: Double, _ factor: Double) -> Double {
            units == 0 ? 0 : units * log1p(factor)
        }
    }

    package init(_ claim: Claim, limit: Limit, prior: Double) {
        self.claim = claim
        self.limit = limit
        self.prior = prior
    }

    /// The natural logarithm of the evidence: 0 at first, and claimed is what reaches ln(1/alpha).
    package var logEvidence: Double { logWealths.logOfMeanExponential }

    /// Takes in what a tick brought; where only one slot takes traffic there is nothing to compare.
    package mutating func observe(_ outcomes: Outcomes, share: Double) {
        if share > 0 && share < 1 { bet(on: outcomes, share: share) }
        blue.bad += outcomes.blueBad
        blue.units += outcomes.blueBad + outcomes.blueOk
    }

    private mutating func bet(on outcomes: Outcomes, share: Double) {
        let factors = factors(share: share)
        for (index, stake) in Self.stakes.enumerated() {
            logWealths[index] += outcomes.logGain(stake: stake, factors: factors)
        }
    }

    /// What the largest bet that cannot lose everything gains or loses with one unit, by slot and outcome.
    package func factors(share: Double) -> Outcomes {
        let middle = centre
        let green = limit.factor * middle + limit.increase
        let sign: Double = claim == .harm ? 1 : -1
        let bounds =
            switch claim {
            case .harm: (share / green, (1 - share) / (limit.factor * (1 - middle)))
            case .health: (share / (1 - green), (1 - share) / (limit.factor * middle))
            }
        let most = min(bounds.0, bounds.1)
        let greenBet = sign * most / share
        let blueBet = sign * most * limit.factor / (1 - share)
        return Outcomes(
            greenBad: greenBet * (1 - green), greenOk: -greenBet * green,
            blueBad: -blueBet * (1 - middle), blueOk: blueBet * middle)
    }

    /// Blue's rate as known before the tick, kept where green's limit is a rate.
    private var centre: Double {
        let mean = (Self.priorUnits * prior + blue.bad) / (Self.priorUnits + blue.units)
        // Not max(0, -increase / factor): that is -0 where nothing more is allowed, and what is divided by it is -infinity.
        let least = limit.increase < 0 ? -limit.increase / limit.factor : 0
        return min(max(mean, least), min(1, (1 - limit.increase) / limit.factor))
    }

    /// By how much a unit is expected to raise the logarithm of the evidence when green and blue go on at these rates.
    package func expectedGain(green: Double, blue: Double, share: Double) -> Double {
        guard share > 0 && share < 1 else { return 0 }
        let factors = factors(share: share)
        let expected = Outcomes(
            greenBad: share * green, greenOk: share * (1 - green),
            blueBad: (1 - share) * blue, blueOk: (1 - share) * (1 - blue))
        return Self.stakes.map { expected.logGain(stake: $0, factors: factors) }.max() ?? 0
    }
}

extension [Double] {
    /// The logarithm of the mean of what these are the logarithms of.
    package var logOfMeanExponential: Double { logOfSumExponential - log(Double(count)) }

    package var logOfSumExponential: Double {
        guard let largest = self.max(), largest > -.infinity else { return -.infinity }
        return largest + log(reduce(0) { $0 + exp($1 - largest) })
    }
}
