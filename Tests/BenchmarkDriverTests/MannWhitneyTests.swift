import Foundation
import Testing

@testable import BenchmarkDriver

/// Values of SciPy's ranks, of a `zeroin` in Python, and of R's example of `wilcox.test` (Hollander and Wolfe).
@Suite struct MannWhitneyTests {
    private static let sample = [0.80, 0.83, 1.89, 1.04, 1.45, 1.38, 1.91, 1.64, 0.73, 1.46]
    private static let control = [1.15, 0.88, 0.90, 0.74, 1.21]
    private static let large = [20.0, 22, 21, 25, 30]
    private static let small = [1, 2.2, 1.1, 2.5, 3]

    @Test func `the statistic is the published one`() throws {
        let value = try #require(MannWhitney.standardized(Self.sample, against: Self.control, shift: 0))
        #expect(abs(value - 1.163_507_628) < 1e-9)
        let apart = try #require(MannWhitney.standardized(Self.large, against: Self.small, shift: 0))
        #expect(abs(apart - 2.506_718_246) < 1e-9)
    }

    @Test func `ties share their ranks`() throws {
        let value = try #require(MannWhitney.standardized([0, 0, 1, 2], against: [0, 1, 1, 3, 0], shift: 0))
        #expect(abs(value + 0.130_311_673) < 1e-9)
    }

    @Test func `the interval and the shift are the published ones`() throws {
        let shift = try #require(MannWhitney(Self.sample, against: Self.control))
        #expect(abs(shift.lowest + 0.32) < 2e-4)
        #expect(abs(shift.highest - 0.99) < 2e-4)
        #expect(abs(shift.estimate - 0.300) < 2e-4)
        let apart = try #require(MannWhitney(Self.large, against: Self.small))
        #expect(abs(apart.lowest - 17) < 2e-4 && abs(apart.highest - 29) < 2e-4 && abs(apart.estimate - 20) < 2e-4)
    }

    @Test func `where the statistic jumps over 0, the search ends where the published one does`() throws {
        let few = [0, 0, 0, 2.5, 0, 0, 5, 0, 0, 3.3, 0, 0, 0, 4, 0]
        let fewer = [0, 0, 2, 0, 0, 0, 0, 0, 3, 0, 0, 0, 0, 0, 0.0]
        let shift = try #require(MannWhitney(few, against: fewer))
        #expect(abs(shift.lowest + 7.385_078_594e-5) < 1e-12)
        #expect(abs(shift.highest - 5.753_748_674e-5) < 1e-12)
        #expect(abs(shift.estimate - 7.373_930_829e-5) < 1e-12)
        #expect(!MannWhitney.isHigh(few, against: fewer))
        let jump = BrentRoot.find(in: -1...2, tolerance: 1e-4) { $0 < 0.3 ? 1 : -2 }
        #expect(try abs(#require(jump) - 0.299_947_119_341_563_93) < 1e-12)
    }

    @Test func `a root of a smooth function is found`() throws {
        let root = try #require(BrentRoot.find(in: 0...1, tolerance: 1e-4) { cos($0) - $0 })
        #expect(abs(root - 0.739_091_058_285_369_8) < 1e-12)
        #expect(BrentRoot.find(in: 0...1, tolerance: 1e-4) { _ in nil } == nil)
    }

    @Test func `what is shifted by more than a quarter of itself is high, the rest is not`() {
        #expect(MannWhitney.isHigh(Self.large, against: Self.small))
        #expect(!MannWhitney.isHigh(Self.small, against: Self.large))
        #expect(!MannWhitney.isHigh(Self.sample, against: Self.control))
        #expect(!MannWhitney.isHigh([0, 1, 2, 1, 0, 0], against: [0, 0, 0, 0, 0, 0]))
        #expect(!MannWhitney.isHigh([], against: Self.small))
    }

    @Test func `two constants are compared, as long as they differ`() {
        #expect(MannWhitney.isHigh(.init(repeating: 100, count: 30), against: .init(repeating: 1, count: 30)))
        #expect(!MannWhitney.isHigh([1, 1], against: [1, 1, 1]))
    }
}
