import Judging

/// Another way to bet and to weigh the streams that keeps the judge's bound.
struct Trial: Sendable {
    let name: String
    let bettor: any Bettor
    var weights = weightsOfToday

    static let weightsOfToday = StreamJudge.Stream.allCases.map(\.weight)
    static let stakes = FixedStakes(SequentialTest.stakes)

    static let all = [
        Trial(name: "today: stakes .03 .1 .3 .9, weights .5 .25 .25", bettor: stakes),
        Trial(name: "stakes .03 .1 .3 .6 .9", bettor: FixedStakes([0.03, 0.1, 0.3, 0.6, 0.9])),
        Trial(name: "stakes .1 .3 .9", bettor: FixedStakes([0.1, 0.3, 0.9])),
        Trial(name: "stakes .1 .2 .4 .8", bettor: FixedStakes([0.1, 0.2, 0.4, 0.8])),
        Trial(name: "stakes .1 .25 .5 .9", bettor: FixedStakes([0.1, 0.25, 0.5, 0.9])),
        Trial(name: "stakes .2 .5 .8", bettor: FixedStakes([0.2, 0.5, 0.8])),
        Trial(
            name: "stakes .01 .03 .06 .12 .25 .5 .75 .95",
            bettor: FixedStakes([0.01, 0.03, 0.06, 0.12, 0.25, 0.5, 0.75, 0.95])),
        Trial(name: "aGRAPA", bettor: GrowthStake()),
        Trial(name: "ONS", bettor: NewtonStake()),
        Trial(name: "half today's stakes, half aGRAPA", bettor: Syndicate([stakes, GrowthStake()])),
        Trial(name: "today's stakes, weights .34 .33 .33", bettor: stakes, weights: [0.34, 0.33, 0.33]),
        Trial(name: "today's stakes, weights .4 .2 .4", bettor: stakes, weights: [0.4, 0.2, 0.4]),
        Trial(name: "today's stakes, weights .8 .1 .1", bettor: stakes, weights: [0.8, 0.1, 0.1]),
    ]
}
