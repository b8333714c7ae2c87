import Foundation
import Judging
import LoadTesting
import Testing

/// Errors and response times together.
@Suite struct JudgeTests {
    private struct Release: CustomTestStringConvertible {
        let testDescription: String
        var errors = 0.01
        var slowdown = 1.0
        let finding: Judge.Finding
    }

    @Test(arguments: [
        Release(testDescription: "one that does as blue does", finding: .health),
        Release(testDescription: "one whose every fifth request fails", errors: 0.2, finding: .harm),
        Release(testDescription: "one that is three times as slow", slowdown: 3, finding: .harm),
        Release(testDescription: "one that is a tenth slower", slowdown: 1.1, finding: .health),
    ])
    private func `a release is found to be`(release: Release) {
        var random = SplitMix64(state: 3)
        var judge = Judge(JudgeSettings(), blueBefore: counts(500, errors: 0.01, slowdown: 1, with: &random))
        for _ in 0..<200 where judge.finding == .open {
            judge.observe(
                Tick(
                    share: 0.5, green: counts(20, errors: release.errors, slowdown: release.slowdown, with: &random),
                    blue: counts(20, errors: 0.01, slowdown: 1, with: &random)))
        }
        #expect(judge.finding == release.finding)
    }

    @Test func `no traffic proves nothing`() {
        var judge = Judge(JudgeSettings(), blueBefore: SlotCounts())
        for _ in 0..<1_000 { judge.observe(Tick(share: 0.05, green: SlotCounts(), blue: SlotCounts())) }
        #expect(judge.finding == .open && judge.logHarm == 0 && judge.logHealth == 0)
        #expect(judge.unitsNeeded == nil)
    }

    @Test(arguments: [SequentialTest.Limit.relative(0.05), .relative(1), .absolute(0)])
    func `where blue had no error and none more is allowed, the evidence stays a number`(limit: SequentialTest.Limit) {
        var judge = Judge(JudgeSettings(errorLimit: limit), blueBefore: SlotCounts(ok: 500))
        func look(green: SlotCounts, blue: SlotCounts) {
            judge.observe(Tick(share: 0.5, green: green, blue: blue))
            for stream in judge.streams {
                #expect(stream.harm.logEvidence.isFinite && stream.health.logEvidence.isFinite)
            }
        }
        for _ in 0..<50 { look(green: SlotCounts(ok: 10), blue: SlotCounts(ok: 10)) }
        #expect(judge.logHealth == 0 && judge.logHarm.isFinite)
        for _ in 0..<20 { look(green: SlotCounts(bad: 5, ok: 5), blue: SlotCounts(ok: 10)) }
        #expect(judge.finding == .harm)
        for _ in 0..<20 { look(green: SlotCounts(ok: 10), blue: SlotCounts(bad: 5, ok: 5)) }
    }

    @Test func `answers that never came are infinitely slow`() {
        var judge = Judge(JudgeSettings(), blueBefore: steady(200, milliseconds: 10))
        for _ in 0..<40 {
            var green = SlotCounts(ok: 10)
            green.times.addUnanswered(weight: 10)
            judge.observe(Tick(share: 0.5, green: green, blue: steady(10, milliseconds: 10)))
        }
        #expect(judge.finding == .harm)
    }

    @Test func `evidence that passed the limit counts, whatever comes later`() {
        var judge = Judge(JudgeSettings(), blueBefore: SlotCounts())
        judge.observe(Tick(share: 0.05, green: SlotCounts(bad: 5), blue: SlotCounts(ok: 5)))
        #expect(judge.finding == .harm)
        for _ in 0..<100 { judge.observe(Tick(share: 0.05, green: SlotCounts(ok: 10), blue: SlotCounts(ok: 190))) }
        #expect(judge.finding == .harm)
    }

    @Test func `a blue that was slow before is soon compared with as it is now`() {
        var judge = Judge(JudgeSettings(), blueBefore: steady(5_000, milliseconds: 100))
        for _ in 0..<300 {
            judge.observe(
                Tick(share: 0.5, green: steady(10, milliseconds: 100), blue: steady(10, milliseconds: 10)))
        }
        #expect(judge.finding == .harm)
    }

    @Test func `a blue that gets faster during the trial is compared with as it is then`() {
        var judge = Judge(JudgeSettings(), blueBefore: steady(100, milliseconds: 100))
        for _ in 0..<500 {
            judge.observe(
                Tick(share: 0.5, green: steady(10, milliseconds: 100), blue: steady(10, milliseconds: 100)))
        }
        for _ in 0..<500 {
            judge.observe(
                Tick(share: 0.5, green: steady(10, milliseconds: 100), blue: steady(10, milliseconds: 10)))
        }
        #expect(judge.finding == .harm)
    }

    @Test(arguments: [(1, .open), (2, .open), (3, .harm), (nil, .harm)] as [(Int?, Judge.Finding)])
    func `errors prove harm only when three different users met one`(users: Int?, finding: Judge.Finding) {
        var judge = Judge(JudgeSettings(), blueBefore: SlotCounts(ok: 1_000))
        for _ in 0..<3 {
            judge.observe(
                Tick(
                    share: 0.05, green: SlotCounts(bad: 2), blue: SlotCounts(ok: 40), greenClientsWithErrors: users))
        }
        #expect(judge.finding == finding)
    }

    @Test func `slow answers prove harm, whoever met errors`() {
        var judge = Judge(JudgeSettings(), blueBefore: steady(200, milliseconds: 10))
        for _ in 0..<60 {
            judge.observe(
                Tick(
                    share: 0.5, green: steady(10, milliseconds: 100), blue: steady(10, milliseconds: 10),
                    greenClientsWithErrors: 0))
        }
        #expect(judge.finding == .harm)
    }

    @Test func `the allowed increase moves a time by eight buckets`() {
        for factor in [1.1, 1.5, 3] {
            var short = ResponseTimeHistogram(allowedFactor: factor)
            var long = short
            short.add(milliseconds: 20)
            long.add(milliseconds: 20 * factor)
            let buckets = (short.bucket(atQuantile: 0.5), long.bucket(atQuantile: 0.5))
            #expect(buckets.1 == buckets.0.map { $0 + ResponseTimeHistogram.bucketsOfIncrease })
        }
    }

    @Test func `the interval holds the difference and closes in on it`() {
        var random = SplitMix64(state: 4)
        var interval = DifferenceInterval(prior: 0.01)
        for _ in 0..<100 {
            let green = counts(20, errors: 0.21, slowdown: 1, with: &random)
            let blue = counts(20, errors: 0.01, slowdown: 1, with: &random)
            interval.observe(
                SequentialTest.Outcomes(
                    greenBad: green.bad, greenOk: green.ok, blueBad: blue.bad, blueOk: blue.ok), share: 0.5)
        }
        #expect(interval.bounds.contains(0.2))
        #expect(interval.bounds.upperBound - interval.bounds.lowerBound < 0.2)
    }

    private func steady(_ units: Int, milliseconds: Double) -> SlotCounts {
        var counts = SlotCounts(ok: Double(units))
        counts.times.add(milliseconds: milliseconds, weight: Double(units))
        return counts
    }

    private func counts(_ units: Int, errors: Double, slowdown: Double, with random: inout SplitMix64) -> SlotCounts {
        var counts = SlotCounts()
        for _ in 0..<units {
            if random.happens(errors) { counts.bad += 1 } else { counts.ok += 1 }
            // Times with a long tail, as those of web applications are.
            let tail = -log(Double.random(in: 0.000_001..<1, using: &random))
            counts.times.add(milliseconds: slowdown * (10 + 20 * tail))
        }
        return counts
    }
}
