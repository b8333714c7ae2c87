import Testing

@testable import BenchmarkDriver

/// The rules of others, as their documents state them.
@Suite struct MinuteRuleTests {
    @Test(arguments: [(5, false), (6, true)])
    func `a threshold is passed by more than five points`(bad: Int, takesBack: Bool) {
        #expect(ThresholdRule().takesBack(after: minute(green: (bad, 100), blue: (0, 100))) == takesBack)
    }

    @Test func `a minute without green's requests passes no threshold`() {
        #expect(!ThresholdRule().takesBack(after: minute(green: (0, 0), blue: (0, 100))))
    }

    @Test(arguments: [(0.99, 2), (0.99, 100), (0.94, 7)])
    func `Flagger takes back at the tenth failed check, with good ones between`(least: Double, bad: Int) {
        var rule = FlaggerRule(leastSuccess: least, forgivesEmptyMinutes: true)
        let minutes = (1...30).map { minute(green: ($0.isMultiple(of: 2) ? 0 : bad, 100), blue: (0, 100)) }
        let takenBack = minutes.firstIndex { rule.takesBack(after: $0) }
        #expect(takenBack == 18)
    }

    @Test func `Flagger fails minutes that are slow, and empty ones unless they are forgiven`() {
        func checksUntilBack(_ minute: SimulatedMinute, forgiving: Bool) -> Int? {
            var rule = FlaggerRule(leastSuccess: 0.99, forgivesEmptyMinutes: forgiving)
            return (1...30).first { _ in rule.takesBack(after: minute) }
        }
        let empty = minute(green: (0, 0), blue: (0, 100))
        #expect(checksUntilBack(minute(green: (0, 100), blue: (0, 100), milliseconds: 600), forgiving: true) == 10)
        #expect(checksUntilBack(empty, forgiving: false) == 10)
        #expect(checksUntilBack(empty, forgiving: true) == nil)
    }

    @Test func `Kayenta looks when it is time and sees errors`() {
        var rule = KayentaRule(interval: 30)
        let bad = minute(green: (20, 100), blue: (1, 100))
        let takenBack = (1...40).first { _ in rule.takesBack(after: bad) }
        #expect(takenBack == 30)
    }

    @Test func `a quantile is the smallest time that so many do not exceed`() {
        var minute = SimulatedMinute()
        let requests = (1...100).map { number in
            SimulatedRequest(client: 0, isGreen: true, isBad: false, milliseconds: Double(number), isUnit: true)
        }
        minute.add(SimulatedSecond(share: 1, requests: requests))
        #expect(minute.green.milliseconds(atQuantile: 0.95) == 95)
        #expect(minute.green.milliseconds(atQuantile: 0.001) == 1)
        #expect(minute.blue.milliseconds(atQuantile: 0.5) == nil)
    }

    private func minute(
        green: (bad: Int, all: Int), blue: (bad: Int, all: Int), milliseconds: Double = 10
    ) -> SimulatedMinute {
        var minute = SimulatedMinute()
        for (isGreen, slot) in [(true, green), (false, blue)] {
            let requests = (0..<slot.all).map { number in
                SimulatedRequest(
                    client: number, isGreen: isGreen, isBad: number < slot.bad, milliseconds: milliseconds, isUnit: true
                )
            }
            minute.add(SimulatedSecond(share: 0.5, requests: requests))
        }
        return minute
    }
}
