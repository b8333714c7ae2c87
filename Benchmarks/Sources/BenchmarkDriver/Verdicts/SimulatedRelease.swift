import Foundation
import Judging

/// A release from its first second to the plan's end, with all rules watching the same requests.
struct SimulatedRelease {
    /// Who decides.
    enum Rule: String, CaseIterable, Encodable {
        case switchyard
        case threshold
        case flagger
        case flaggerTuned
        case kayenta
        case kayentaRepeated
    }

    /// When each rule took it back first, in seconds; a rule that did not is not there.
    private(set) var takenBack: [Rule: Int] = [:]
    private(set) var provedHealthy = false

    init(_ scenario: Scenario, random: Randomness) {
        var traffic = SimulatedTraffic(scenario, random: random)
        var judge = SwitchyardRule(blueBefore: traffic.blueBefore())
        var peers: [Rule: any MinuteRule] = [
            .threshold: ThresholdRule(),
            .flagger: FlaggerRule(leastSuccess: 0.99, forgivesEmptyMinutes: false),
            .flaggerTuned: FlaggerRule(leastSuccess: 0.94, forgivesEmptyMinutes: true),
            .kayenta: KayentaRule(interval: 30),
            .kayentaRepeated: KayentaRule(interval: 5),
        ]
        var minute = SimulatedMinute()
        for (second, requests) in traffic.enumerated() {
            observe(requests, after: second + 1, by: &judge)
            minute.add(requests)
            guard (second + 1).isMultiple(of: 60) else { continue }
            ask(&peers, about: minute, after: second + 1)
            minute = SimulatedMinute()
        }
    }

    private mutating func observe(_ requests: SimulatedSecond, after seconds: Int, by judge: inout SwitchyardRule) {
        guard takenBack[.switchyard] == nil else { return }
        judge.observe(requests)
        if judge.takesBack { takenBack[.switchyard] = seconds }
        if judge.provesHealth { provedHealthy = true }
    }

    private mutating func ask(_ peers: inout [Rule: any MinuteRule], about minute: SimulatedMinute, after seconds: Int)
    {
        for rule in Array(peers.keys) where peers[rule]?.takesBack(after: minute) == true {
            takenBack[rule] = seconds
            peers[rule] = nil
        }
    }
}

/// How many units the judge needs, of both slots, one a second and each another client's.
struct SimulatedVerdict {
    let finding: Judge.Finding
    let units: Double

    init(_ scenario: Scenario, random: Randomness) {
        var traffic = SimulatedTraffic(scenario, random: random)
        var judge = SwitchyardRule(blueBefore: traffic.blueBefore())
        while !judge.takesBack, !judge.provesHealth, let second = traffic.next() { judge.observe(second) }
        finding = judge.takesBack ? .harm : judge.provesHealth ? .health : .open
        units = judge.units
    }
}
