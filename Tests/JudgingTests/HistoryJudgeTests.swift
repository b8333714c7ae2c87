import Foundation
import Judging
import LoadTesting
import Testing

/// Green beside what blue did before it came.
@Suite struct HistoryJudgeTests {
    @Test(arguments: [
        // From the binomial distribution in exact arithmetic.
        (bad: 0.0, units: 100.0, alpha: 0.005, bound: 0.051_604_029_624_103_986),
        (1, 20, 0.05, 0.216_106_164_206_847_3),
        (5, 50, 0.05, 0.198_833_002_516_418_53),
        (10, 1_000, 0.001, 0.023_963_812_844_688_685),
    ])
    func `a rate's bound is that of Clopper and Pearson`(bad: Double, units: Double, alpha: Double, bound: Double) {
        #expect(abs(RateBound.upper(bad: bad, units: units, alpha: alpha) - bound) < 1e-9)
    }

    @Test(arguments: [(0.0, 0.0), (20, 20)])
    func `nothing seen, or nothing good, bounds nothing`(bad: Double, units: Double) {
        #expect(RateBound.upper(bad: bad, units: units, alpha: 0.01) == 1)
    }

    private struct Release: CustomTestStringConvertible {
        let testDescription: String
        var errors = 0.01
        var slowdown = 1.0
        let isHarm: Bool
    }

    @Test(arguments: [
        Release(testDescription: "one that does as blue did", isHarm: false),
        Release(testDescription: "one with every fifth answer an error", errors: 0.2, isHarm: true),
        Release(testDescription: "one that is three times as slow", slowdown: 3, isHarm: true),
        Release(testDescription: "one that is 1.4 times as slow", slowdown: 1.4, isHarm: false),
    ])
    private func `green is compared with before`(release: Release) {
        var random = SplitMix64(state: 5)
        var judge = HistoryJudge(JudgeSettings(), blueBefore: counts(3_000, errors: 0.01, slowdown: 1, with: &random))
        for _ in 0..<200 {
            judge.observe(counts(10, errors: release.errors, slowdown: release.slowdown, with: &random))
        }
        #expect(judge.hasFoundHarm == release.isHarm)
    }

    @Test(arguments: [(2, false), (3, true)])
    func `errors of one or two clients find nothing`(clients: Int, isFound: Bool) {
        var judge = HistoryJudge(JudgeSettings(), blueBefore: SlotCounts(bad: 10, ok: 990))
        for _ in 0..<100 { judge.observe(SlotCounts(bad: 1), clientsWithErrors: clients) }
        #expect(judge.hasFoundHarm == isFound)
    }

    @Test func `where little is known of before, nothing is found`() {
        var judge = HistoryJudge(JudgeSettings(), blueBefore: SlotCounts(ok: 19))
        for _ in 0..<1_000 { judge.observe(SlotCounts(bad: 10)) }
        #expect(!judge.hasFoundHarm && judge.logHarm == 0)
    }

    /// Half of the probability is for the bound, so that finding harm at the limit is rarer than the bets' half alone.
    @Test func `a release at the limit is rarely found to be worse`() {
        var random = SplitMix64(state: 6)
        var found = 0
        for _ in 0..<2_000 {
            var before = SlotCounts()
            for _ in 0..<300 { if random.happens(0.01) { before.bad += 1 } else { before.ok += 1 } }
            var judge = HistoryJudge(JudgeSettings(), blueBefore: before)
            for _ in 0..<200 { judge.observe(random.happens(0.06) ? SlotCounts(bad: 1) : SlotCounts(ok: 1)) }
            if judge.hasFoundHarm { found += 1 }
        }
        // 0.2 % at most: 4 expected, and six standard deviations of that.
        #expect(found <= 16, "\(found) of 2,000")
    }

    private func counts(_ units: Int, errors: Double, slowdown: Double, with random: inout SplitMix64) -> SlotCounts {
        var counts = SlotCounts()
        for _ in 0..<units {
            if random.happens(errors) { counts.bad += 1 } else { counts.ok += 1 }
            let tail = -log(Double.random(in: 0.000_001..<1, using: &random))
            counts.times.add(milliseconds: slowdown * (10 + 20 * tail))
        }
        return counts
    }
}
