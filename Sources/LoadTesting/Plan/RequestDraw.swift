/// Draws requests by weight and connections by share from one seed.
struct RequestDraw {
    private let mix: [RequestTemplate]
    private let totalWeight: Int
    private let newConnectionShare: Double
    private var generator: SplitMix64

    init(plan: LoadPlan) {
        mix = plan.mix
        totalWeight = plan.mix.reduce(0) { $0 + $1.weight }
        newConnectionShare = plan.newConnectionShare
        generator = SplitMix64(state: plan.seed)
    }

    mutating func template() -> RequestTemplate {
        var remaining = Int.random(in: 0..<totalWeight, using: &generator)
        for template in mix {
            remaining -= template.weight
            if remaining < 0 { return template }
        }
        preconditionFailure("The weights of a mix add up to its total weight.")
    }

    mutating func usesNewConnection() -> Bool {
        newConnectionShare > 0 && Double.random(in: 0..<1, using: &generator) < newConnectionShare
    }
}

/// Sebastiano Vigna's SplitMix64: small, fast, and the same sequence everywhere.
package struct SplitMix64: RandomNumberGenerator {
    private var state: UInt64

    package init(state: UInt64) {
        self.state = state
    }

    package mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
        return mixed ^ (mixed >> 31)
    }
}
