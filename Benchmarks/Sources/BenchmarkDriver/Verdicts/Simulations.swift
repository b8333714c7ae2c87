import Foundation

/// Many simulated releases of one kind on all cores; the same seed gives the same ones on any machine.
struct Simulations {
    let name: String
    let runs: Int
    let seed: UInt64

    func run<Outcome: Sendable>(_ simulate: @escaping @Sendable (Randomness) -> Outcome) async -> [Outcome] {
        let began = ContinuousClock.now
        let cores = ProcessInfo.processInfo.activeProcessorCount
        let outcomes = await withTaskGroup(of: [Outcome].self) { group in
            for core in 0..<cores {
                group.addTask {
                    stride(from: core, to: runs, by: cores).map {
                        simulate(Randomness(seed: seed, cell: name, run: $0))
                    }
                }
            }
            return await group.reduce(into: []) { $0 += $1 }
        }
        let took = began.duration(to: .now).formatted(.units(allowed: [.seconds], fractionalPart: .show(length: 1)))
        FileHandle.standardError.write(Data("\(name): \(runs) runs in \(took)\n".utf8))
        return outcomes
    }
}
