import LoadTesting
import Testing

@testable import Telemetry

/// Lost lines are counted, late ones are not.
struct LineSequencesTests {
    /// Reads of numbers from one process, and what is lost after the last of them.
    private func lost(_ reads: [[Int]]) -> Int {
        var sequences = LineSequences()
        for numbers in reads {
            for number in numbers { sequences.note(process: 1, number: number) }
            sequences.settle()
        }
        return sequences.lost
    }

    @Test(arguments: [
        ([[0, 1, 2], [3], [4, 5]], 0),
        ([[0, 1, 4], [5], [6]], 2),
        ([[0], [4], [5]], 3),
        ([[1_000_000], [1_000_001]], 0),
        // Late by a few, in one read and over the border of two.
        ([[0, 2, 1, 3], [4]], 0),
        ([[0, 2], [1, 3], [4]], 0),
        ([[1, 0, 2], [3]], 0),
        // Two threads took the same number, and the next one was skipped.
        ([[0, 1, 1, 3], [4], [5]], 0),
        ([[0, 1], [1], [3], [4]], 0),
        // Twice.
        ([[0, 2], [3], [7], [8], [9]], 4),
    ])
    func `what is missing below the highest number is lost`(reads: [[Int]], expected: Int) {
        #expect(lost(reads) == expected)
    }

    @Test func `each process has numbers of its own`() {
        var sequences = LineSequences()
        for number in 0..<10 {
            sequences.note(process: 1, number: 500 + number)
            sequences.note(process: 2, number: number * 2)
            sequences.settle()
        }
        sequences.settle()
        // Of the nine that are missing, the last one may still be late.
        #expect(sequences.lost == 8)
        #expect(sequences.received == 20)
    }

    @Test func `a process that takes an old one's number begins anew`() {
        #expect(lost([[1_000_000, 1_000_001], [0, 1], [2]]) == 0)
        #expect(lost([[1_000_000, 1_000_003], [1_000_004], [1_000_005], [0, 1], [2]]) == 2)
    }

    @Test func `losses outlive the processes that are forgotten`() {
        var sequences = LineSequences()
        for process in 0..<Limits.processes * 3 {
            for number in [0, 2, 3] {
                sequences.note(process: process, number: number)
                sequences.settle()
            }
        }
        #expect(sequences.lost == Limits.processes * 3)
    }

    @Test(arguments: 0..<20)
    func `no shuffle of neighbours is a loss, and every real one is found`(seed: Int) {
        var random = SplitMix64(state: UInt64(seed))
        let all = Array(0..<2_000)
        let kept = all.filter { $0 == 0 || $0 > 1_850 || Double.random(in: 0..<1, using: &random) > 0.01 }
        let shuffled = kept.map { (key: $0 + Int.random(in: 0..<4, using: &random), number: $0) }
            .sorted { $0.key < $1.key }.map(\.number)
        let reads = stride(from: 0, to: shuffled.count, by: 40).map {
            Array(shuffled[$0..<min($0 + 40, shuffled.count)])
        }
        #expect(lost(reads) == all.count - kept.count)
    }
}
