import Foundation
import Judging
import Testing

/// Recorded ticks, judged again.
@Suite struct VerdictReplayTests {
    private static let greenError = #"{"green_bad":1,"green_ok":0,"blue_bad":0,"blue_ok":0,"share":0.05}"#

    @Test func `three errors of green at a share of 5 % take a release back`() throws {
        let ticks = try RecordedTick.read(
            Array(repeating: Self.greenError, count: 4).joined(separator: "\n"), file: "t")
        let replay = VerdictReplay(ticks, settings: JudgeSettings())
        #expect(replay.decision == .rollback && replay.decidedAtTick == 3 && replay.logEvidence.count == 4)
        #expect(abs(replay.logEvidence[2] - 6.815702804) < 1e-9)
    }

    @Test func `no tick at all is inconclusive`() throws {
        let replay = VerdictReplay(try RecordedTick.read("\n\n", file: "t"), settings: JudgeSettings())
        #expect(replay.decision == .inconclusive && replay.decidedAtTick == nil && replay.logEvidence.isEmpty)
    }

    @Test func `a release that does as blue does is promoted`() throws {
        let line = #"{"green_bad":1,"green_ok":99,"blue_bad":1,"blue_ok":99,"share":0.5}"#
        let ticks = try RecordedTick.read(Array(repeating: line, count: 20).joined(separator: "\n"), file: "t")
        let replay = VerdictReplay(ticks, settings: JudgeSettings())
        #expect(replay.decision == .promote)
        #expect(replay.lowestDifference <= 0 && (0..<0.1).contains(replay.highestDifference))
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
            _ = try RecordedTick.read("\(Self.greenError)\n\(line)", file: "ticks.jsonl")
            Issue.record("it was read")
        } catch {
            #expect("\(error)".contains(sentence), "\(error)")
        }
    }
}
