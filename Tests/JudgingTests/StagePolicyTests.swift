import Judging
import Testing

/// When a stage is over, and how.
@Suite struct StagePolicyTests {
    private struct Case: CustomTestStringConvertible {
        let testDescription: String
        var policy = StagePolicy(leastSeconds: 30, leastGreenUnits: 20, needsHealth: true, deadlineSeconds: 600)
        let situation: StagePolicy.Situation
        let decision: StagePolicy.Decision
    }

    private static func situation(
        seconds: Double = 60, seen: Double? = nil, units: Double = 100, _ finding: Judge.Finding = .open,
        obstacle: String? = nil
    ) -> StagePolicy.Situation {
        StagePolicy.Situation(
            seconds: seconds, seenSeconds: seen ?? seconds, greenUnits: units, finding: finding, obstacle: obstacle)
    }

    @Test(arguments: [
        Case(testDescription: "harm, at once", situation: situation(seconds: 1, .harm), decision: .takeBack),
        Case(
            testDescription: "harm, though nothing more is seen", situation: situation(.harm, obstacle: "blind"),
            decision: .takeBack),
        Case(testDescription: "health and all the rest", situation: situation(.health), decision: .advance),
        Case(
            testDescription: "health before the time is over", situation: situation(seconds: 10, .health),
            decision: .stay(waitingFor: .time(seconds: 20))),
        Case(
            testDescription: "time of which half was not seen", situation: situation(seconds: 40, seen: 20, .health),
            decision: .stay(waitingFor: .time(seconds: 10))),
        Case(
            testDescription: "too few units", situation: situation(units: 5, .health),
            decision: .stay(waitingFor: .units(15))),
        Case(testDescription: "no proof yet", situation: situation(), decision: .stay(waitingFor: .proof)),
        Case(
            testDescription: "no sight", situation: situation(.health, obstacle: "blind"),
            decision: .stay(waitingFor: .sight("blind"))),
        Case(
            testDescription: "no proof in time", situation: situation(seconds: 600),
            decision: .inconclusive(missing: .proof)),
        Case(
            testDescription: "no sight in time", situation: situation(seconds: 600, .health, obstacle: "blind"),
            decision: .inconclusive(missing: .sight("blind"))),
        Case(
            testDescription: "no traffic in time", situation: situation(seconds: 600, units: 0),
            decision: .inconclusive(missing: .units(20))),
        Case(
            testDescription: "a stage that needs no proof", policy: StagePolicy(leastSeconds: 30),
            situation: situation(units: 0), decision: .advance),
        Case(
            testDescription: "a stage without a deadline", policy: StagePolicy(leastSeconds: 30, needsHealth: true),
            situation: situation(seconds: 1e9), decision: .stay(waitingFor: .proof)),
    ])
    private func `a stage stays, ends well or badly, or asks`(test: Case) {
        #expect(test.policy.decide(test.situation) == test.decision)
    }
}
