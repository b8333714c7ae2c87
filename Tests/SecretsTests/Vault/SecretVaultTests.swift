import Domain
import Foundation
import Secrets
import Store
import TestSupport
import Testing

/// Secrets as people write them and releases read them.
@Suite(.timeLimit(.minutes(1))) struct SecretVaultTests {
    @Test func `a value that was set is read by a release of that environment alone`() async throws {
        try await VaultFixture.with { fixture in
            try await fixture.set(["STRIPE_SECRET_KEY": "sk_live_1", "DATABASE_URL": "postgres://x"])
            #expect(try await fixture.read() == ["STRIPE_SECRET_KEY": "sk_live_1", "DATABASE_URL": "postgres://x"])
            #expect(try await fixture.read(.staging).isEmpty)
        }
    }

    @Test func `each change is a version, and the same value is none`() async throws {
        try await VaultFixture.with { fixture in
            let writings = [
                try await fixture.set(["KEY": "value one"]), try await fixture.set(["KEY": "value one"]),
                try await fixture.set(["KEY": "value two"]),
            ].flatMap { $0 }
            #expect(writings.map(\.outcome) == [.added, .unchanged, .changed])
            #expect(writings.map(\.version) == [1, 1, 2])
            let history = try await fixture.vault.history(of: VariableName("KEY"), in: .production)
            #expect(history.map(\.version) == [1, 2])
            #expect(history.map(\.author) == ["dora", "dora"])
            #expect(history[0].fingerprint != history[1].fingerprint)
        }
    }

    @Test func `a list and a difference show names and fingerprints, never values`() async throws {
        try await VaultFixture.with { fixture in
            try await fixture.set(["A": "first value", "B": "second value"])
            try await fixture.set(["A": "first value"], in: .staging)
            let list = try await fixture.vault.list(in: .production)
            #expect(list.map(\.name.rawValue) == ["A", "B"])
            #expect(try await fixture.vault.list(in: .staging)[0].fingerprint == list[0].fingerprint)
            let changes = try await fixture.vault.changes(
                setting: ["A": "first value", "B": "changed", "C": "third value"].asSecrets, in: .production)
            #expect(changes.map(\.name.rawValue) == ["B", "C"])
            #expect(changes[0].before == list[1].fingerprint && changes[1].before == nil)
            let shown = String(decoding: try JSONEncoder().encode(list) + JSONEncoder().encode(changes), as: UTF8.self)
            #expect(!shown.contains("value") && !shown.contains("changed"))
        }
    }

    @Test func `nothing of a value is in the database or the ring`() async throws {
        try await VaultFixture.with { fixture in
            try await fixture.set(["KEY": "the value that nobody may see"])
            for name in try FileManager.default.contentsOfDirectory(atPath: fixture.folder) {
                let data = try #require(FileManager.default.contents(atPath: "\(fixture.folder)/\(name)"))
                #expect(data.range(of: Data("nobody may see".utf8)) == nil, "\(name)")
                let encoded = Data("the value that nobody may see".utf8).base64EncodedString()
                #expect(data.range(of: Data(encoded.utf8)) == nil, "\(name)")
            }
        }
    }

    @Test func `a removed secret is gone with its ciphertexts, and its versions go on`() async throws {
        try await VaultFixture.with { fixture in
            let name = try VariableName("KEY")
            try await fixture.set(["KEY": "value one"])
            let old = try await fixture.vault.versions(in: .production)
            try await fixture.vault.remove([name], in: .production, by: "rita", at: .test)
            #expect(try await fixture.read().isEmpty)
            #expect(try await fixture.vault.list(in: .production).isEmpty)
            await #expect(throws: SecretsError.versionNotKept(name, .production, version: 1)) {
                try await fixture.vault.read(in: .production, versions: old)
            }
            await #expect(throws: SecretsError.unknownSecret(name, .production)) {
                try await fixture.vault.remove([name], in: .production, by: "rita", at: .test)
            }
            let again = try await fixture.set(["KEY": "value one"])
            #expect(again[0].version == 3 && again[0].outcome == .added)
            let history = try await fixture.vault.history(of: name, in: .production)
            #expect(history.map(\.keyID).map { $0 != nil } == [false, false, true])
            #expect(history[1].author == "rita" && history[1].fingerprint == nil)
        }
    }

    @Test func `a release reads the versions of its plan, as long as they are kept`() async throws {
        try await VaultFixture.with { fixture in
            try await fixture.set(["KEY": "value 1", "OTHER": "stays as it is"])
            let planned = try await fixture.vault.versions(in: .production)
            for number in 2...10 { try await fixture.set(["KEY": "value \(number)"]) }
            let read = try await fixture.vault.read(in: .production, versions: planned)
            #expect(read.reveal() == ["KEY": "value 1", "OTHER": "stays as it is"])
            #expect(read.versions == planned)
            #expect(try await fixture.read()["KEY"] == "value 10")
            try await fixture.set(["KEY": "value 11"])
            let name = try VariableName("KEY")
            await #expect(throws: SecretsError.versionNotKept(name, .production, version: 1)) {
                try await fixture.vault.read(in: .production, versions: planned)
            }
        }
    }

    @Test func `versions give one text for the plan's digest, whatever their order`() throws {
        let names = try ["B", "A", "C"].map { try VariableName($0) }
        let one = VariableVersions(settings: 4, secrets: [names[0]: 2, names[1]: 1])
        let other = VariableVersions(settings: 4, secrets: [names[1]: 1, names[0]: 2])
        #expect(one.canonicalText == "settings 4\nsecret A 1\nsecret B 2")
        #expect(other.canonicalText == one.canonicalText)
        #expect(try JSONDecoder().decode(VariableVersions.self, from: JSONEncoder().encode(one)) == one)
    }

    @Test func `a rotated value differs, or is made at random`() async throws {
        try await VaultFixture.with { fixture in
            let name = try VariableName("KEY")
            await #expect(throws: SecretsError.unknownSecret(name, .production)) {
                try await fixture.vault.rotate(name, in: .production, by: "dora", at: .test)
            }
            try await fixture.set(["KEY": "value one"])
            await #expect(throws: SecretsError.sameValue(name)) {
                try await fixture.vault.rotate(name, to: Secret("value one"), in: .production, by: "dora", at: .test)
            }
            let writing = try await fixture.vault.rotate(name, in: .production, by: "dora", at: .test)
            #expect(writing.version == 2)
            let value = try #require(try await fixture.read()["KEY"])
            #expect(value.wholeMatch(of: #/[A-Za-z0-9_\-]{43}/#) != nil)
        }
    }

    @Test func `the redactor gets the values of before too`() async throws {
        try await VaultFixture.with { fixture in
            try await fixture.set(["KEY": "value one", "GONE": "value of the removed"])
            try await fixture.set(["KEY": "value two"])
            try await fixture.vault.remove([VariableName("GONE")], in: .production, by: "dora", at: .test)
            let active = try await fixture.vault.activeSecrets(in: .production)
            #expect(active.map { $0.secret.reveal() } == ["value one", "value two"])
        }
    }

    static let refused: [(value: [UInt8], error: SecretsError)] = [
        ([], .emptyValue(.stripe)), (Array("a\0b".utf8), .notText(.stripe)), ([0xC3, 0x28], .notText(.stripe)),
        (
            Array(repeating: 65, count: Limits.valueBytes + 1),
            .valueTooLarge(.stripe, bytes: Limits.valueBytes + 1, limit: Limits.valueBytes)
        ),
    ]

    @Test(arguments: refused.indices)
    func `a value that no process could have is refused and changes nothing`(number: Int) async throws {
        try await VaultFixture.with { fixture in
            let (value, error) = Self.refused[number]
            await #expect(throws: error) {
                try await fixture.vault.set(
                    [.database: Secret("good value"), .stripe: Secret(value)], in: .production, by: "dora", at: .test)
            }
            #expect(error.description.contains("STRIPE_SECRET_KEY") && error.description.hasSuffix("."))
            let read = try await fixture.read()
            #expect(read.isEmpty)
        }
    }

    @Test(arguments: ["", "1A", "A-B", "A B", "Ä", "A=B", String(repeating: "A", count: 129), "A\n"])
    func `a name that is no variable's is refused`(text: String) {
        #expect(throws: InvalidName.self) { try VariableName(text) }
    }

    @Test func `an environment has room for so many names and bytes and no more`() async throws {
        try await VaultFixture.with { fixture in
            let large = String(repeating: "x", count: Limits.valueBytes)
            let fill = (0..<8).map { ("LARGE_\($0)", large) }
            try await fixture.set(Dictionary(uniqueKeysWithValues: fill))
            await #expect(
                throws: SecretsError.environmentTooLarge(.production, limitBytes: Limits.environmentBytes)
            ) { try await fixture.set(["ONE_MORE": "value"]) }
            try await fixture.set(["LARGE_0": "small now"])
            try await fixture.set(["ONE_MORE": "value"])
            let many = (0..<Limits.names).map { ("NAME_\($0)", "value \($0)") }
            await #expect(throws: SecretsError.tooManyNames(.production, limit: Limits.names)) {
                try await fixture.set(Dictionary(uniqueKeysWithValues: many))
            }
        }
    }

    @Test func `whoever sets a value too short for the redactor is told`() async throws {
        try await VaultFixture.with { fixture in
            let writings = try await fixture.set(["SHORT": "12345", "LONGER": "123456"])
            #expect(writings.map(\.warnings.count) == [0, 1])
            #expect(writings[1].warnings[0].contains("is not taken out of logs"))
        }
    }

    @Test func `two who write at once do not overwrite each other`() async throws {
        try await VaultFixture.with { fixture in
            try await withThrowingTaskGroup(of: Int.self) { group in
                for number in 0..<20 {
                    group.addTask {
                        do {
                            _ = try await fixture.set(["KEY": "value \(number)"])
                            return 1
                        } catch SecretsError.changedMeanwhile(.production) {
                            return 0
                        }
                    }
                }
                let written = try await group.reduce(0, +)
                let history = try await fixture.vault.history(of: VariableName("KEY"), in: .production)
                #expect(written >= 1 && history.map(\.version) == Array(1...written))
            }
        }
    }

    @Test func `a record that somebody altered or moved in the database is refused by name`() async throws {
        try await VaultFixture.with { fixture in
            try await fixture.set(["A": "value of a", "B": "value of b"])
            let records = try await fixture.store.newest(in: .production)
            let moved = SecretRecord(
                environment: .production, name: records[0].name, version: 2, fingerprint: records[1].fingerprint,
                sealed: records[1].sealed, author: "mallory", writtenAt: .test)
            #expect(try await fixture.store.append([moved], keeping: 10))
            let name = try VariableName("A")
            await #expect(throws: SecretsError.altered(name, .production, version: 2)) { try await fixture.read() }
            let downgraded = SecretRecord(
                environment: .production, name: records[0].name, version: 3, fingerprint: records[0].fingerprint,
                sealed: records[0].sealed, author: "mallory", writtenAt: .test)
            #expect(try await fixture.store.append([downgraded], keeping: 10))
            await #expect(throws: SecretsError.altered(name, .production, version: 3)) { try await fixture.read() }
            #expect(try await fixture.vault.activeSecrets(in: .production).map(\.name.rawValue) == ["A", "B"])
        }
    }

    @Test func `a fingerprint that does not belong to the value is refused`() async throws {
        try await VaultFixture.with { fixture in
            try await fixture.set(["A": "value of a"])
            let record = try await fixture.store.newest(in: .production)[0]
            let other = VaultFixture(in: "\(fixture.folder)/other")
            try FileManager.default.createDirectory(atPath: other.folder, withIntermediateDirectories: false)
            let forged = SecretRecord(
                environment: .production, name: record.name, version: 1, fingerprint: "0123456789abcdef",
                sealed: record.sealed, author: "mallory", writtenAt: .test)
            #expect(try await other.store.append([forged], keeping: 10))
            let vault = SecretVault(records: other.store, keyRing: fixture.ring)
            await #expect(throws: SecretsError.altered(record.name, .production, version: 1)) {
                try await vault.read(in: .production)
            }
        }
    }
}
