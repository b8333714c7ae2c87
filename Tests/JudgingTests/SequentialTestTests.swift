import Foundation
import Judging
import Testing

/// The public check values, and what must hold whatever comes.
@Suite struct SequentialTestTests {
    private struct CheckValue: CustomTestStringConvertible {
        let testDescription: String
        let units: [(green: Bool, bad: Bool, share: Double)]
        let logEvidence: Double
        let crossesAt: Int?
    }

    @Test(arguments: [
        CheckValue(
            testDescription: "3 green errors at a share of 5 %",
            units: .init(repeating: (true, true, 0.05), count: 3), logEvidence: 6.815702804, crossesAt: 3),
        CheckValue(
            testDescription: "2 green errors at a share of 5 %",
            units: .init(repeating: (true, true, 0.05), count: 2), logEvidence: 4.209341044, crossesAt: nil),
        CheckValue(
            testDescription: "5 green errors at a share of 50 %",
            units: .init(repeating: (true, true, 0.5), count: 5), logEvidence: 1.951739776, crossesAt: nil),
        CheckValue(testDescription: "no traffic", units: [], logEvidence: 0, crossesAt: nil),
    ])
    private func `the evidence of single units is the published one`(check: CheckValue) {
        var test = SequentialTest(.harm, limit: .absolute(0.05), prior: 0.01)
        var crossedAt: Int?
        for (index, unit) in check.units.enumerated() {
            test.observe(
                SequentialTest.Outcomes(
                    greenBad: unit.green && unit.bad ? 1 : 0, greenOk: unit.green && !unit.bad ? 1 : 0,
                    blueBad: !unit.green && unit.bad ? 1 : 0, blueOk: !unit.green && !unit.bad ? 1 : 0),
                share: unit.share)
            if test.logEvidence >= log(100) { crossedAt = crossedAt ?? index + 1 }
        }
        #expect(abs(test.logEvidence - check.logEvidence) < 1e-9)
        #expect(crossedAt == check.crossesAt)
    }

    @Test func `the evidence of ticks is the published one`() {
        let published = [
            -0.941233392, -1.335024369, -1.630166941, -1.881769775, -2.107543699, -2.315665478, -2.511377643,
            -2.698429492, -2.87951534, -3.05653637,
        ]
        var test = SequentialTest(.harm, limit: .absolute(0.05), prior: 0.01)
        for value in published {
            test.observe(SequentialTest.Outcomes(greenBad: 0, greenOk: 10, blueBad: 1, blueOk: 89), share: 0.1)
            #expect(abs(test.logEvidence - value) < 1e-9)
        }
    }
}
