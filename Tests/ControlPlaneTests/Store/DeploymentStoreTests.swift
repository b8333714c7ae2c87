import Domain
import Foundation
import Store
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(1))) struct DeploymentStoreTests {
    private static let environment = EnvironmentName(unchecked: "production")
    private static let now = Date(timeIntervalSinceReferenceDate: 800_000_000)
    private static let first = ProcessIdentity(pid: 1, startTicks: 1, bootID: "boot")
    private static let second = ProcessIdentity(pid: 2, startTicks: 2, bootID: "boot")

    private func deployment(_ number: Int) -> Deployment {
        let release = ReleaseReference(
            name: ApplicationName(unchecked: "freightops"), version: ReleaseVersion(unchecked: "1.\(number)"),
            digest: ArtifactDigest(unchecked: String(repeating: "a", count: 64))
        )
        return Deployment(
            id: DeploymentID(number), environment: Self.environment, kind: .deploy, release: release, previous: nil,
            requestedBy: "dora", createdAt: Self.now
        )
    }

    private func entry(_ number: Int, _ sequence: Int, _ record: JournalEntry.Record = .event(.begun)) -> JournalEntry {
        JournalEntry(deployment: DeploymentID(number), sequence: sequence, at: Self.now, record: record)
    }

    private func store(_ folder: String, alive: Bool) -> DeploymentStore {
        DeploymentStore(database: StateDatabase(path: "\(folder)/state.sqlite")) { _ in alive }
    }

    @Test func `a living holder keeps its lease, and nothing is written of who came second`() async throws {
        try await withTemporaryFolder { folder in
            let lease = try await store(folder, alive: true).open(deployment(1), as: Self.first, at: Self.now)
            let other = store(folder, alive: true)
            let refusal = await #expect(throws: LeaseHeld.self) {
                try await other.open(deployment(2), as: Self.second, at: Self.now + 12)
            }
            #expect(refusal?.lease == lease)
            #expect(refusal?.age == 12)
            #expect(try await other.deployment(DeploymentID(2)) == nil)
            try await other.release(lease)
            #expect(try await other.lease(of: Self.environment) == nil)
            #expect(try await other.open(deployment(2), as: Self.second, at: Self.now).fence == 2)
        }
    }

    @Test func `a dead holder's lease is taken over, and its fence writes nothing more`() async throws {
        try await withTemporaryFolder { folder in
            let old = store(folder, alive: true)
            let lost = try await old.open(deployment(1), as: Self.first, at: Self.now)
            try await old.append(entry(1, 1), fence: lost.fence)
            let new = store(folder, alive: false)
            let lease = try await new.takeOver(deployment(1), as: Self.second, at: Self.now)
            #expect(lease.fence == lost.fence + 1)
            await #expect(throws: StoreError.fenced(Self.environment, DeploymentID(1))) {
                try await old.append(entry(1, 2, .intent(.admit)), fence: lost.fence)
            }
            try await old.release(lost)
            #expect(try await new.lease(of: Self.environment) == lease)
            try await new.append(entry(1, 2, .note("taken over")), fence: lease.fence)
            #expect(try await old.journal(of: DeploymentID(1)).map(\.record) == [.event(.begun), .note("taken over")])
        }
    }

    @Test func `a number is given once`() async throws {
        try await withTemporaryFolder { folder in
            let store = store(folder, alive: true)
            let lease = try await store.open(deployment(1), as: Self.first, at: Self.now)
            await #expect(throws: StoreError.numberTaken(DeploymentID(1))) {
                try await store.open(deployment(1), as: Self.first, at: Self.now)
            }
            #expect(try await store.lease(of: Self.environment) == lease)
        }
    }

    @Test func `what is folded twice is there once`() async throws {
        try await withTemporaryFolder { folder in
            let store = store(folder, alive: true)
            let entries = [entry(1, 1), entry(1, 2, .intent(.admit))]
            for _ in 1...3 { try await store.fold([deployment(1)], entries, []) }
            #expect(try await store.journal(of: DeploymentID(1)) == entries)
            #expect(try await store.deployments(in: Self.environment, last: 9) == [deployment(1)])
            #expect(try await store.deployments(in: EnvironmentName(unchecked: "dev"), last: 9).isEmpty)
            #expect(try await store.highestNumber() == 1)
        }
    }

    @Test func `lines of a deployment that nobody wrote down keep nothing else from being folded`() async throws {
        try await withTemporaryFolder { folder in
            let store = store(folder, alive: true)
            try await store.fold([deployment(1)], [entry(2, 1), entry(1, 1)], [])
            #expect(try await store.journal(of: DeploymentID(1)) == [entry(1, 1)])
            #expect(try await store.journal(of: DeploymentID(2)).isEmpty)
        }
    }

    @Test func `nobody else may read the database`() async throws {
        try await withTemporaryFolder { folder in
            _ = try await store(folder, alive: true).open(deployment(1), as: Self.first, at: Self.now)
            for name in try FileManager.default.contentsOfDirectory(atPath: folder) {
                let attributes = try FileManager.default.attributesOfItem(atPath: "\(folder)/\(name)")
                #expect(attributes[.posixPermissions] as? Int == 0o600, "\(name)")
            }
        }
    }

    @Test func `a file that is no database is refused with a sentence`() async throws {
        try await withTemporaryFolder { folder in
            let path = "\(folder)/state.sqlite"
            try String(repeating: "no database\n", count: 1_000).write(toFile: path, atomically: true, encoding: .utf8)
            let error = await #expect(throws: StoreError.self) {
                try await store(folder, alive: true).highestNumber()
            }
            #expect(error?.description.hasPrefix("The state database \(path) cannot be used: ") == true)
        }
    }
}
