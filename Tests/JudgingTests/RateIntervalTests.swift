import Judging
import LoadTesting
import Testing

/// Between which values a rate lies.
@Suite struct RateIntervalTests {
    @Test(arguments: [
        // From the beta function in arithmetic of 30 digits (mpmath): lowest and highest rate that is not ruled out.
        (bad: 0.0, ok: 10.0, lowest: 0.0, highest: 0.416_880_275_656_536_1),
        (1, 99, 0.000_004_952_923_072_991_506, 0.094_796_963_643_399_49),
        (12.5, 87.5, 0.043_058_685_498_974_896, 0.259_728_053_233_008_2),
        (3, 0, 0.232_079_441_680_638_95, 1),
        (0, 0, 0, 1),
    ])
    func `the ends are where the evidence reaches 1 in 20`(bad: Double, ok: Double, lowest: Double, highest: Double) {
        let bounds = RateInterval.bounds(bad: bad, ok: ok)
        #expect(abs(bounds.lowerBound - lowest) < 1e-9 && abs(bounds.upperBound - highest) < 1e-9)
    }

    @Test func `a rate is missed at any of two hundred looks in fewer than 1 of 20 series`() {
        var random = SplitMix64(state: 9)
        var missed = 0
        for _ in 0..<200 {
            var (bad, ok) = (0.0, 0.0)
            var isMissed = false
            for _ in 0..<200 {
                if random.happens(0.05) { bad += 1 } else { ok += 1 }
                isMissed = isMissed || !RateInterval.bounds(bad: bad, ok: ok).contains(0.05)
            }
            missed += isMissed ? 1 : 0
        }
        #expect(missed < 10)
    }
}
