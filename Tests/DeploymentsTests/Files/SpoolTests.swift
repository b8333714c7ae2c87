import Domain
import Foundation
import TestSupport
import Testing

@testable import Deployments

@Suite(.timeLimit(.minutes(1))) struct SpoolTests {
    private static let now = Date(timeIntervalSinceReferenceDate: 800_000_000)

    private func rollback(_ number: Int) -> Deployment {
        let release = ReleaseReference(
            name: ApplicationName(unchecked: "freightops"), version: ReleaseVersion(unchecked: "1.1.0"),
            digest: ArtifactDigest(unchecked: String(repeating: "a", count: 64))
        )
        return Deployment(
            id: DeploymentID(number), environment: DeployerFixture.environmentName, kind: .rollback, release: release,
            previous: nil, requestedBy: "dora", createdAt: Self.now
        )
    }

    private func entry(_ number: Int, _ sequence: Int, _ record: JournalEntry.Record = .event(.begun)) -> JournalEntry {
        JournalEntry(deployment: DeploymentID(number), sequence: sequence, at: Self.now, record: record)
    }

    @Test func `what was added is there after the file was opened again`() async throws {
        try await withTemporaryFolder { folder in
            var spool = try Spool(path: "\(folder)/spool.json")
            #expect(spool.content.isEmpty)
            try spool.add(rollback(1))
            try spool.add(entry(1, 1))
            let again = try Spool(path: "\(folder)/spool.json")
            #expect(again.content == spool.content)
            #expect(again.content.entries == [entry(1, 1)])
        }
    }

    @Test func `only what was folded is removed`() async throws {
        try await withTemporaryFolder { folder in
            var spool = try Spool(path: "\(folder)/spool.json")
            try spool.add(rollback(1))
            try spool.add(entry(1, 1))
            let folded = spool.content
            try spool.add(entry(1, 2, .intent(.switchBack)))
            try spool.add(rollback(2))
            try spool.remove(folded)
            #expect(spool.content.deployments == [rollback(2)])
            #expect(spool.content.entries == [entry(1, 2, .intent(.switchBack))])
            #expect(try Spool(path: "\(folder)/spool.json").content == spool.content)
        }
    }

    @Test func `a full spool is refused with a sentence and keeps what it has`() async throws {
        try await withTemporaryFolder { folder in
            let path = "\(folder)/spool.json"
            var spool = try Spool(path: path)
            try spool.add(entry(1, 1))
            let long = entry(1, 2, .note(String(repeating: "x", count: Limits.spoolBytes)))
            let error = #expect(throws: DeploymentsError.spoolFull(path: path)) { try spool.add(long) }
            #expect(error?.description.hasPrefix("The emergency journal \(path) is full; free disk space") == true)
            #expect(spool.content.entries == [entry(1, 1)])
            #expect(try Spool(path: path).content == spool.content)
        }
    }

    @Test func `a journal is the recorded and the spooled lines together, in order`() async throws {
        try await withTemporaryFolder { folder in
            let fixture = try DeployerFixture(folder: folder)
            let journal = fixture.journal
            await journal.openWithoutWaiting(rollback(1))
            await journal.appendWithoutWaiting(entry(1, 1))
            await journal.fold()
            #expect(await journal.spool.content.isEmpty)
            await journal.appendWithoutWaiting(entry(1, 2, .intent(.switchBack)))
            #expect(await journal.entries(of: DeploymentID(1)).map(\.sequence) == [1, 2])
            #expect(try await journal.deployment(DeploymentID(1)).step == .switchBack)
            fixture.records.refuseReads(true)
            #expect(await journal.entries(of: DeploymentID(1)).map(\.sequence) == [2])
            await #expect(throws: FailingRecords.DiskFull.self) { try await journal.deployment(DeploymentID(1)) }
            await #expect(throws: FailingRecords.DiskFull.self) {
                try await journal.unfinished(in: DeployerFixture.environmentName)
            }
            await journal.fold()
            fixture.records.refuseReads(false)
            await journal.note("s1 was freed", on: DeploymentID(1), at: Self.now)
            #expect(await journal.entries(of: DeploymentID(1)).map(\.sequence) == [1, 2, 3])
        }
    }

    @Test func `numbers asked for at once are all different`() async throws {
        try await withTemporaryFolder { folder in
            let journal = try DeployerFixture(folder: folder).journal
            await journal.noteNumber(41)
            let numbers = await withTaskGroup(of: Int.self) { group in
                for _ in 1...50 { group.addTask { await journal.nextNumber().number } }
                return await group.reduce(into: []) { $0.append($1) }
            }
            #expect(numbers.sorted() == Array(42...91))
        }
    }

    @Test func `the newest evidence bundles are kept`() async throws {
        try await withTemporaryFolder { folder in
            let table = SlotTable(environment: DeployerFixture.environmentName, slotCount: 1)
            for number in 1...(Limits.evidenceBundles + 3) {
                try EvidenceBundle(folder: folder, deployment: DeploymentID(number))
                    .write(deployment: rollback(number), journal: [entry(number, 1)], table: table, slots: [])
            }
            let kept = try FileManager.default.contentsOfDirectory(atPath: folder).compactMap(Int.init).sorted()
            #expect(kept == Array(4...(Limits.evidenceBundles + 3)))
            let files = try FileManager.default.contentsOfDirectory(atPath: "\(folder)/4").sorted()
            #expect(files == ["deployment.json", "journal.json", "slots.json"])
        }
    }
}
