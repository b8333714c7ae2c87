import Foundation
import LoadTesting
import Testing

@testable import Domain

struct JournalTests {
    @Test(arguments: 0..<200)
    func `folding a journal gives what applying its events gave`(seed: UInt64) throws {
        var generator = SplitMix64(state: seed)
        let planned = Sample.deployment(Bool.random(using: &generator) ? .deploy : .rollback)
        var live = planned
        var entries: [JournalEntry] = []
        func write(_ record: JournalEntry.Record) {
            entries.append(
                JournalEntry(deployment: live.id, sequence: entries.count + 1, at: Sample.now, record: record))
        }
        try live.apply(.begun)
        write(.event(.begun))
        while let step = live.step {
            write(.intent(step))
            if Bool.random(using: &generator) { write(.note("a remark")) }
            let event = event(during: step, of: live, using: &generator)
            try live.apply(event)
            write(.event(event))
        }
        #expect(live.outcome != nil)
        #expect(try planned.folding(entries.shuffled(using: &generator)) == live)
        #expect(live.outcome == .committed || switchedBack(entries) || live.outcome == .failed)
    }

    private func event(
        during step: Step, of deployment: Deployment, using generator: inout SplitMix64
    ) -> Deployment.Event {
        switch Int.random(in: 0..<12, using: &generator) {
        case 0: .failed(step, reason: "broken")
        case 1: .resumed(reason: "killed")
        case 2 where deployment.canGoBack: .rollbackRequested(reason: "dora: slow")
        default: .completed(step, StepReport("done", milliseconds: 1.5))
        }
    }

    private func switchedBack(_ entries: [JournalEntry]) -> Bool {
        entries.contains { $0.record.boundary == "completed:switchBack" }
    }

    @Test func `a journal that contradicts itself is refused`() throws {
        let event = Deployment.Event.completed(.warm, StepReport())
        let entry = JournalEntry(deployment: DeploymentID(7), sequence: 1, at: Sample.now, record: .event(event))
        #expect(throws: UnexpectedEvent(event: event, state: .planned)) { try Sample.deployment().folding([entry]) }
    }

    /// What each format looks like on disk; later versions add files of their own and never change these.
    @Test(arguments: 1...JournalEntry.currentFormat)
    func `journals of every format can still be read`(format: Int) throws {
        let golden = URL(filePath: #filePath).deletingLastPathComponent()
            .appending(path: "../Golden/journal-format-\(format).json")
        let entries = try everyRecord(of: format).enumerated().map { index, record in
            JournalEntry(deployment: DeploymentID(7), sequence: index + 1, at: Sample.now, record: record)
        }
        if ProcessInfo.processInfo.environment["UPDATE_GOLDEN"] == "1", JournalEntry.currentFormat == format {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
            try (encoder.encode(entries) + Data("\n".utf8)).write(to: golden)
        }
        let read = try JSONDecoder().decode([JournalEntry].self, from: Data(contentsOf: golden))
        #expect(read.map(\.record) == entries.map(\.record))
        #expect(read.map(\.sequence) == entries.map(\.sequence))
        #expect(read.allSatisfy { $0.format == format && $0.deployment == DeploymentID(7) && $0.at == Sample.now })
    }

    private func everyRecord(of format: Int) throws -> [JournalEntry.Record] {
        let later: [Step] = (format < 2 ? [.rehearse, .contract] : []) + (format < 3 ? [.canary, .split] : [])
        let steps = Step.allCases.filter { !later.contains($0) }.flatMap { step -> [JournalEntry.Record] in
            [.intent(step), .event(.completed(step, StepReport("done", milliseconds: 1.5)))]
        }
        return [.event(.begun)] + steps + [
            .event(.completed(.admit, StepReport())), .event(.failed(.warm, reason: "no answer")),
            .event(.rollbackRequested(reason: "dora: slow")), .event(.resumed(reason: "killed")),
            .note("s2 was drained"),
        ]
    }

    @Test func `the boundaries of a journal have stable names`() throws {
        #expect(JournalEntry.Record.intent(.switchTraffic).boundary == "intent:switchTraffic")
        #expect(JournalEntry.Record.event(.completed(.warm, StepReport())).boundary == "completed:warm")
        #expect(JournalEntry.Record.event(.failed(.backUp, reason: "")).boundary == "failed:backUp")
        #expect(JournalEntry.Record.event(.begun).boundary == "begun")
        #expect(JournalEntry.Record.event(.rollbackRequested(reason: "")).boundary == "rollbackRequested")
        #expect(JournalEntry.Record.event(.resumed(reason: "")).boundary == "resumed")
    }

    @Test func `a held lease is explained with its holder, its age and what to do`() {
        let process = ProcessIdentity(pid: 1, startTicks: 2, bootID: "b")
        let lease = Lease(
            environment: Sample.environment, deployment: DeploymentID(7), holder: "dora", process: process,
            since: Sample.now, fence: 1
        )
        #expect(
            LeaseHeld(lease: lease, now: Sample.now + 12.9).description
                == "production is being changed by dora (deployment 7) since 12 s; wait for it, or take it back with "
                + "'switchyard rollback -e production'.")
        #expect(LeaseHeld(lease: lease, now: Sample.now - 5).age == 0)
    }
}
