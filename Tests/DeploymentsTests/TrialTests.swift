import Domain
import Foundation
import Judging
import Testing

@testable import Deployments

/// What looks come to, one after the other.
struct TrialTests {
    private static let party = Trial.Party(
        slot: SlotName(number: 1),
        release: ReleaseReference(
            name: ApplicationName(unchecked: "freightops"), version: ReleaseVersion(unchecked: "1"),
            digest: ArtifactDigest(unchecked: String(repeating: "0", count: 64))))

    private func trial() -> Trial {
        Trial(
            Trial.Opening(
                deployment: DeploymentID(2), at: .distantPast, green: Self.party, blue: Self.party,
                settings: JudgeSettings(), conduct: .act, before: SlotCounts(bad: 10, ok: 990)))
    }

    private func look(green: SlotCounts, blue: SlotCounts, clients: Int = 100, bothFail: Bool? = nil) -> Trial.Look {
        Trial.Look(
            at: .distantPast, stage: .split, share: 5_000,
            ticks: [Tick(share: 0.5, green: green, blue: blue, greenClientsWithErrors: clients)],
            green: AnswerCounts(), blue: AnswerCounts(), waitsForDecision: false, bothFail: bothFail)
    }

    private static let good = SlotCounts(bad: 0, ok: 10)
    private static let bad = SlotCounts(bad: 3, ok: 7)

    @Test func `only trouble that both have is said to be of both`() {
        var alone = trial()
        var shared = trial()
        for _ in 0..<100 {
            alone.observe(look(green: Self.bad, blue: Self.good))
            shared.observe(look(green: Self.bad, blue: Self.bad))
        }
        #expect(alone.greenHistory.hasFoundHarm && !alone.bothAreWorseThanBefore)
        #expect(shared.bothAreWorseThanBefore && shared.judge.finding != .harm)
        #expect(shared.report.sentences.contains { $0.contains("Both are worse than") })
    }

    @Test func `errors of two clients are no reason to look outside`() {
        var trial = trial()
        for _ in 0..<100 { trial.observe(look(green: Self.bad, blue: Self.bad, clients: 2)) }
        #expect(!trial.greenHistory.hasFoundHarm && !trial.bothAreWorseThanBefore)
    }

    @Test func `while both fail a probe, what is known to lie outside is not learnt, and forgotten afterwards`() {
        var trial = trial()
        for _ in 0..<100 { trial.observe(look(green: Self.bad, blue: Self.bad)) }
        #expect(trial.bothAreWorseThanBefore)
        for _ in 0..<100 { trial.observe(look(green: Self.bad, blue: Self.bad, bothFail: true)) }
        #expect(!trial.greenHistory.hasFoundHarm && !trial.blueHistory.hasFoundHarm)
        for _ in 0..<100 { trial.observe(look(green: Self.good, blue: Self.good)) }
        #expect(!trial.greenHistory.hasFoundHarm && !trial.bothAreWorseThanBefore)
    }
}
