import Foundation
import Judging
import LoadTesting
import Testing

/// What must hold of the evidence whatever comes, tried with seeds.
@Suite struct SequentialTestPropertyTests {
    private struct Truth: CustomTestStringConvertible {
        let blue: Double
        let green: Double
        let limit: SequentialTest.Limit
        let testDescription: String
    }

    @Test(arguments: [
        Truth(blue: 0.01, green: 0.06, limit: .absolute(0.05), testDescription: "just at the limit"),
        Truth(blue: 0.2, green: 0.2, limit: .absolute(0.05), testDescription: "both bad"),
        Truth(blue: 0.05, green: 0.1, limit: .relative(1), testDescription: "twice as bad, as is allowed"),
        Truth(blue: 0.5, green: 0.5, limit: .absolute(0), testDescription: "times, at the median"),
    ])
    private func `the mean evidence of harm stays at one where there is none, while the share ramps`(truth: Truth) {
        var random = SplitMix64(state: 1)
        var sum = 0.0
        let runs = 4_000
        for _ in 0..<runs {
            var test = SequentialTest(.harm, limit: truth.limit, prior: truth.blue)
            for unit in 0..<60 {
                observe(&test, truth, share: unit < 20 ? 0.1 : unit < 40 ? 0.5 : 0.95, with: &random)
            }
            sum += exp(test.logEvidence)
        }
        #expect(sum / Double(runs) < 1.25, "1, and the noise of \(runs) runs")
    }

    @Test(arguments: [
        Truth(blue: 0.01, green: 0.06, limit: .absolute(0.05), testDescription: "an increase that breaks the limit"),
        Truth(blue: 0.05, green: 0.05, limit: .absolute(0), testDescription: "times that are no better"),
    ])
    private func `the mean evidence of health stays at one where green breaks the limit`(truth: Truth) {
        var random = SplitMix64(state: 2)
        var sum = 0.0
        let runs = 4_000
        for _ in 0..<runs {
            var test = SequentialTest(.health, limit: truth.limit, prior: truth.blue)
            for unit in 0..<60 { observe(&test, truth, share: unit < 30 ? 0.5 : 0.95, with: &random) }
            sum += exp(test.logEvidence)
        }
        #expect(sum / Double(runs) < 1.25)
    }

    @Test func `more errors of green are never less evidence, and more of blue never more`() {
        for share in [0.05, 0.5, 0.95] {
            var before = -Double.infinity
            for bad in 0...20 {
                let evidence = logEvidence(greenBad: Double(bad), greenOk: Double(20 - bad), blueBad: 1, share)
                #expect(evidence >= before)
                before = evidence
            }
            let few = logEvidence(greenBad: 5, greenOk: 15, blueBad: 0, share)
            let many = logEvidence(greenBad: 5, greenOk: 15, blueBad: 20, share)
            #expect(few > many)
        }
    }

    @Test func `a unit in pieces is no more evidence than the whole`() {
        var whole = SequentialTest(.harm, limit: .absolute(0.05), prior: 0.01)
        var pieces = whole
        whole.observe(SequentialTest.Outcomes(greenBad: 1, greenOk: 0, blueBad: 0, blueOk: 0), share: 0.1)
        pieces.observe(SequentialTest.Outcomes(greenBad: 0.5, greenOk: 0.5, blueBad: 0, blueOk: 0), share: 0.1)
        #expect(pieces.logEvidence < whole.logEvidence)
    }

    @Test(arguments: [0.0, 1.0])
    func `where one slot takes all traffic nothing is learnt of the other`(share: Double) {
        var test = SequentialTest(.harm, limit: .absolute(0.05), prior: 0.01)
        test.observe(
            SequentialTest.Outcomes(greenBad: share, greenOk: 0, blueBad: 1 - share, blueOk: 0), share: share)
        #expect(test.logEvidence == 0)
    }

    private func logEvidence(greenBad: Double, greenOk: Double, blueBad: Double, _ share: Double) -> Double {
        var test = SequentialTest(.harm, limit: .absolute(0.05), prior: 0.01)
        test.observe(
            SequentialTest.Outcomes(greenBad: greenBad, greenOk: greenOk, blueBad: blueBad, blueOk: 100 - blueBad),
            share: share)
        return test.logEvidence
    }

    private func observe(
        _ test: inout SequentialTest, _ truth: Truth, share: Double, with random: inout SplitMix64
    ) {
        let isGreen = random.happens(share)
        let isBad = random.happens(isGreen ? truth.green : truth.blue)
        test.observe(
            SequentialTest.Outcomes(
                greenBad: isGreen && isBad ? 1 : 0, greenOk: isGreen && !isBad ? 1 : 0,
                blueBad: !isGreen && isBad ? 1 : 0, blueOk: !isGreen && !isBad ? 1 : 0),
            share: share)
    }
}
