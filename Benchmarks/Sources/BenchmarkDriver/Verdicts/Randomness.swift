import Foundation
import LoadTesting

/// Draws from one seed; a simulated release has a stream of its own, so that it is the same whoever ran before it.
struct Randomness {
    private var generator: SplitMix64
    private var spareNormal: Double?

    init(seed: UInt64, cell: String, run: Int) {
        // FNV-1a: what a cell draws depends on its name and not on which other cells there are.
        let name = cell.utf8.reduce(0xcbf2_9ce4_8422_2325 as UInt64) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
        var mixer = SplitMix64(state: seed ^ name)
        mixer = SplitMix64(state: mixer.next() ^ UInt64(run))
        generator = SplitMix64(state: mixer.next())
    }

    /// Above 0 and below 1.
    mutating func uniform() -> Double { (Double(generator.next() >> 11) + 0.5) * 0x1p-53 }

    mutating func happens(_ probability: Double) -> Bool { uniform() < probability }

    mutating func index(below count: Int) -> Int { Int.random(in: 0..<count, using: &generator) }

    /// How many of independent events take place where this many are expected (Knuth's method, for small numbers).
    mutating func poisson(mean: Double) -> Int {
        let limit = exp(-mean)
        var product = uniform()
        var count = 0
        while product > limit {
            product *= uniform()
            count += 1
        }
        return count
    }

    /// From the standard normal distribution (Box and Muller, who yield two at a time).
    mutating func normal() -> Double {
        if let spare = spareNormal {
            spareNormal = nil
            return spare
        }
        let radius = (-2 * log(uniform())).squareRoot()
        let angle = 2 * Double.pi * uniform()
        spareNormal = radius * sin(angle)
        return radius * cos(angle)
    }
}
