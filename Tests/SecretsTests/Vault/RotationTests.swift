import Domain
import Foundation
import Glibc
import Secrets
import Store
import TestSupport
import Testing

/// The key-encryption key, rotated under readers and writers, and killed on the way.
@Suite(.timeLimit(.minutes(2))) struct RotationTests {
    @Test func `everything is under the new key, and the old one can be dropped`() async throws {
        try await VaultFixture.with { fixture in
            try await fixture.set(["A": "value of a", "B": "value of b"])
            try await fixture.set(["A": "value two of a"])
            let old = try fixture.ring.load().ids
            let fingerprints = try await fixture.vault.list(in: .production).map(\.fingerprint)
            #expect(try await fixture.vault.dropKeys().isEmpty)
            let state = try await fixture.vault.rotateKey(at: .test)
            #expect(state.rewrapped == 3 && state.unreadable.isEmpty)
            #expect(try fixture.ring.load().ids == old + [state.keyID])
            #expect(try await fixture.read() == ["A": "value two of a", "B": "value of b"])
            #expect(try await fixture.vault.list(in: .production).map(\.keyID) == [state.keyID, state.keyID])
            #expect(try await fixture.vault.list(in: .production).map(\.fingerprint) == fingerprints)
            #expect(try await fixture.vault.dropKeys() == old)
            #expect(try await fixture.read() == ["A": "value two of a", "B": "value of b"])
            #expect(try await fixture.vault.rewrap().rewrapped == 0)
        }
    }

    @Test func `readers and writers never miss a key while it is rotated and dropped`() async throws {
        try await VaultFixture.with { fixture in
            try await fixture.set(Dictionary(uniqueKeysWithValues: (0..<150).map { ("KEY_\($0)", "value \($0)") }))
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask {
                    for round in 0..<5 {
                        let state = try await fixture.vault.rotateKey(at: .test)
                        #expect(state.unreadable.isEmpty)
                        #expect(try await fixture.vault.dropKeys().count == 1, "round \(round)")
                    }
                }
                for reader in 0..<2 {
                    group.addTask {
                        for number in 0..<20 {
                            let read = try await fixture.read()
                            #expect(read.count >= 150 && read["KEY_7"] == "value 7", "\(reader), \(number)")
                        }
                    }
                }
                group.addTask {
                    for number in 0..<20 { try await fixture.set(["WRITTEN": "value number \(number)"]) }
                }
                try await group.waitForAll()
            }
            #expect(try await fixture.read()["WRITTEN"] == "value number 19")
            #expect(try fixture.ring.load().ids.count == 1)
        }
    }

    @Test func `what cannot be opened is reported and keeps nothing else from being rewrapped`() async throws {
        try await VaultFixture.with { fixture in
            try await fixture.set(Dictionary(uniqueKeysWithValues: (0..<150).map { ("KEY_\($0)", "value \($0)") }))
            let record = try await fixture.store.newest(in: .production)[0]
            let moved = SecretRecord(
                environment: .production, name: record.name, version: 2, fingerprint: record.fingerprint,
                sealed: record.sealed, author: "mallory", writtenAt: .test)
            #expect(try await fixture.store.append([moved], keeping: 10))
            let state = try await fixture.vault.rotateKey(at: .test)
            #expect(state.rewrapped == 150)
            #expect(state.unreadable.map(\.version) == [2] && state.unreadable.map(\.name) == [record.name])
            #expect(try await fixture.vault.dropKeys().isEmpty, "something is still under the old key")
        }
    }

    /// Where a rotation of 250 secrets, rewrapped a hundred at a time, is killed.
    enum Point: String, CaseIterable {
        case ringReplaced
        case beforeFirstBatch
        case afterFirstBatch
        case beforeLastBatch
        case afterLastBatch
    }

    @Test(arguments: Point.allCases)
    func `a rotation that is killed is completed by the next run, and every value is readable between`(
        point: Point
    ) async throws {
        try await VaultFixture.with { fixture in
            let values = Dictionary(uniqueKeysWithValues: (0..<250).map { ("KEY_\($0)", "value \($0)") })
            try await fixture.set(values)
            let old = try fixture.ring.load().ids
            let (folder, name) = (fixture.folder, point.rawValue)
            await #expect(processExitsWith: .signal(SIGKILL)) { [folder = folder as String, name = name as String] in
                let point = try #require(Point(rawValue: name))
                let killed = VaultFixture(in: folder) { KillingRecords(store: $0, point: point) }
                _ = try await killed.vault.rotateKey(at: .test) { state in
                    if point == .ringReplaced, state.rewrapped == 0 { kill(getpid(), SIGKILL) }
                }
            }
            #expect(try fixture.ring.load().ids.count == 2)
            #expect(try await fixture.read() == values)
            let before = try await fixture.store.count(under: old[0])
            let expected: [Point: Int] = [
                .ringReplaced: 250, .beforeFirstBatch: 250, .afterFirstBatch: 150, .beforeLastBatch: 50,
                .afterLastBatch: 0,
            ]
            #expect(before == expected[point])
            let state = try await fixture.vault.rewrap()
            #expect(state.rewrapped == before && state.unreadable.isEmpty)
            #expect(try await fixture.vault.dropKeys() == old)
            #expect(try await fixture.read() == values)
        }
    }

    @Test(.enabled(if: geteuid() == 0, "only root can mount a small disk"))
    func `a full disk leaves ring and secrets as they were`() async throws {
        try await withTemporaryFolder { folder in
            try await runForeign("mount", "-t", "tmpfs", "-o", "size=512k", "tmpfs", folder)
            do {
                let fixture = VaultFixture(in: folder)
                try fixture.ring.make(at: .test)
                try await fixture.set(["KEY": "value one"])
                let ids = try fixture.ring.load().ids
                let large = String(repeating: "x", count: Limits.valueBytes)
                let full = await #expect(throws: (any Error).self) {
                    for number in 0..<100 { try await fixture.set(["LARGE": "\(number)\(large.dropFirst(3))"]) }
                }
                #expect(full as? StoreError == .diskFull(path: "\(folder)/state.sqlite"))
                try fill("\(folder)/ballast")
                await #expect(throws: SecretsError.self) { try await fixture.vault.rotateKey(at: .test) }
                #expect(try fixture.ring.load().ids == ids)
                #expect(try await fixture.read()["KEY"] == "value one")
                try FileManager.default.removeItem(atPath: "\(folder)/ballast")
                #expect(try FileManager.default.contentsOfDirectory(atPath: folder).allSatisfy { !$0.contains("tmp") })
            } catch {
                Issue.record(error)
            }
            try await runForeign("umount", folder)
        }
    }

    /// Writes until nothing more fits.
    private func fill(_ path: String) throws {
        let descriptor = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0o600)
        try #require(descriptor >= 0)
        defer { close(descriptor) }
        let block = [UInt8](repeating: 1, count: 4_096)
        while write(descriptor, block, block.count) > 0 {}
    }
}

/// Kills its own process around a batch.
private struct KillingRecords: SecretRecords {
    let store: SecretStore
    let point: RotationTests.Point

    func rewrap(_ pairs: [(old: SecretRecord, new: SecretRecord)]) async throws {
        let isLast = pairs.count < 100 && !pairs.isEmpty
        if point == .beforeFirstBatch || (point == .beforeLastBatch && isLast) { kill(getpid(), SIGKILL) }
        try await store.rewrap(pairs)
        if point == .afterFirstBatch || (point == .afterLastBatch && isLast) { kill(getpid(), SIGKILL) }
    }

    func newest(in environment: EnvironmentName) async throws -> [SecretRecord] {
        try await store.newest(in: environment)
    }

    func history(of name: VariableName, in environment: EnvironmentName) async throws -> [SecretRecord] {
        try await store.history(of: name, in: environment)
    }

    func append(_ records: [SecretRecord], keeping kept: Int) async throws -> Bool {
        try await store.append(records, keeping: kept)
    }

    func notUnder(_ keyID: String, limit: Int) async throws -> [SecretRecord] {
        try await store.notUnder(keyID, limit: limit)
    }

    func count(under keyID: String) async throws -> Int { try await store.count(under: keyID) }

    func settings(of environment: EnvironmentName, version: Int?) async throws -> SettingsRecord? {
        try await store.settings(of: environment, version: version)
    }

    func append(_ record: SettingsRecord, keeping kept: Int) async throws -> Bool {
        try await store.append(record, keeping: kept)
    }
}
