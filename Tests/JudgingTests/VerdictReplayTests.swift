import Foundation
import Judging
import Testing

/// Recorded ticks, judged again.
@Suite struct VerdictReplayTests {
    private static let greenError = #"{"green_bad":1,"green_ok":0,"blue_bad":0,"blue_ok":0,"share":0.05}"#

    @Test func `three errors of green at a share of 5 % take a release back`() throws {
        let ticks = try RecordedTrial(
            reading: Array(repeating: Self.greenError, count: 4).joined(separator: "\n"), file: "t"
        ).ticks
        let replay = VerdictReplay(ticks, settings: JudgeSettings())
        #expect(replay.decision == .rollback && replay.decidedAtTick == 3 && replay.logEvidence.count == 4)
        #expect(abs(replay.logEvidence[2] - 6.815702804) < 1e-9)
    }

    @Test func `no tick at all is inconclusive`() throws {
        let replay = VerdictReplay(try RecordedTrial(reading: "\n\n", file: "t").ticks, settings: JudgeSettings())
        #expect(replay.decision == .inconclusive && replay.decidedAtTick == nil && replay.logEvidence.isEmpty)
    }

    @Test func `a release that does as blue does is promoted`() throws {
        let line = #"{"green_bad":1,"green_ok":99,"blue_bad":1,"blue_ok":99,"share":0.5}"#
        let ticks = try RecordedTrial(reading: Array(repeating: line, count: 20).joined(separator: "\n"), file: "t")
            .ticks
        let replay = VerdictReplay(ticks, settings: JudgeSettings())
        #expect(replay.decision == .promote)
        #expect(replay.lowestDifference <= 0 && (0..<0.1).contains(replay.highestDifference))
    }

    @Test func `what a trial was judged by may stand before its ticks, and is written as it is read`() throws {
        let first = #"{"alpha":0.008,"factor":1.5,"increase":0,"prior":0.25}"#
        let sorted = #"{"blue_bad":0,"blue_ok":0,"green_bad":1,"green_ok":0,"share":0.05}"#
        let trial = try RecordedTrial(reading: "\(first)\n\(sorted)\n", file: "t")
        #expect(trial.settings == RecordedSettings(increase: 0, factor: 1.5, prior: 0.25, alpha: 0.008))
        #expect(trial.ticks.count == 1)
        #expect(try trial.lines() == "\(first)\n\(sorted)")
        #expect(try RecordedTrial(reading: sorted, file: "t").settings == nil)
    }

    @Test(arguments: [
        (#"{"increase":2,"factor":1,"prior":0,"alpha":0.01}"#, "t:1: increase is 2.0, but must be a part of 1"),
        (#"{"increase":0,"factor":0,"prior":0,"alpha":0.01}"#, "t:1: factor is 0.0, but must be from 1"),
        (#"{"increase":0,"factor":1,"prior":2,"alpha":0.01}"#, "t:1: prior is 2.0, but must be a part of 1"),
        (#"{"increase":0,"factor":1,"prior":0,"alpha":1}"#, "t:1: alpha is 1.0, but must be a part of 1"),
    ])
    func `settings that cannot be judged by are named`(line: String, sentence: String) {
        #expect { try RecordedTrial(reading: line, file: "t") } throws: { "\($0)".hasPrefix(sentence) }
    }

    @Test(arguments: [
        ("{}", "ticks.jsonl:2: green_bad is missing"),
        ("[1]", "ticks.jsonl:2: this is no object"),
        ("hello", "ticks.jsonl:2: this is no JSON object"),
        (#"{"green_bad":"x","green_ok":0,"blue_bad":0,"blue_ok":0,"share":0.05}"#, "green_bad is no number"),
        (#"{"green_bad":-1,"green_ok":0,"blue_bad":0,"blue_ok":0,"share":0.05}"#, "green_bad is -1.0, but must be 0"),
        (#"{"green_bad":1,"green_ok":0,"blue_bad":0,"blue_ok":0,"share":5}"#, "share is 5.0, but must be a part of 1"),
        (#"{"green_bad":1,"green_ok":0,"blue_bad":0,"blue_ok":0,"share":0}"#, "share is 0, but green has units"),
        (#"{"green_bad":1,"green_ok":0,"blue_bad":1,"blue_ok":0,"share":1}"#, "share is 1, but blue has units"),
    ])
    func `a line that is no tick is named`(line: String, sentence: String) {
        do {
            _ = try RecordedTrial(reading: "\(Self.greenError)\n\(line)", file: "ticks.jsonl")
            Issue.record("it was read")
        } catch {
            #expect("\(error)".contains(sentence), "\(error)")
        }
    }
}
