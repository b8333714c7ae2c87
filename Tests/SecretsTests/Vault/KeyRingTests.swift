import Foundation
import Glibc
import Secrets
import TestSupport
import Testing

/// The file of the key-encryption keys, as it must be and as it must not.
@Suite(.timeLimit(.minutes(1))) struct KeyRingTests {
    @Test func `a new ring has one key and is for its owner alone`() async throws {
        try await withTemporaryFolder { folder in
            let file = KeyRingFile(path: "\(folder)/keys.json")
            let made = try file.make(at: .test)
            #expect(made.ids.count == 1)
            #expect(try file.load().ids == made.ids)
            var status = stat()
            #expect(stat(file.path, &status) == 0 && status.st_mode & 0o7777 == 0o400)
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["keys.json"])
        }
    }

    @Test func `a ring that is there is never replaced by a new one`() async throws {
        try await withTemporaryFolder { folder in
            let file = KeyRingFile(path: "\(folder)/keys.json")
            let made = try file.make(at: .test)
            #expect(throws: SecretsError.keyRingExists(path: file.path)) { try file.make(at: .test) }
            #expect(try file.load().ids == made.ids)
        }
    }

    @Test func `a missing ring is told as such`() async throws {
        try await withTemporaryFolder { folder in
            let error = #expect(throws: SecretsError.self) { try KeyRingFile(path: "\(folder)/keys.json").load() }
            #expect(
                error?.description
                    == "The key ring \(folder)/keys.json is missing, and without it no secret can be read; restore it from "
                    + "where you keep it.")
        }
    }

    @Test(arguments: [0o440, 0o404, 0o420, 0o402, 0o644, 0o500, 0o410] as [mode_t])
    func `a ring that others could read or write is refused`(mode: mode_t) async throws {
        try await withTemporaryFolder { folder in
            let file = KeyRingFile(path: "\(folder)/keys.json")
            try file.make(at: .test)
            chmod(file.path, mode)
            #expect(throws: SecretsError.keyRingOpen(path: file.path, mode: UInt32(mode))) { try file.load() }
        }
    }

    @Test(arguments: [0o400, 0o600] as [mode_t])
    func `a ring that only its owner can read is taken`(mode: mode_t) async throws {
        try await withTemporaryFolder { folder in
            let file = KeyRingFile(path: "\(folder)/keys.json")
            try file.make(at: .test)
            chmod(file.path, mode)
            #expect(try file.load().ids.count == 1)
        }
    }

    @Test(.enabled(if: geteuid() == 0, "only root can give a file away"))
    func `a ring of another user is refused`() async throws {
        try await withTemporaryFolder { folder in
            let file = KeyRingFile(path: "\(folder)/keys.json")
            try file.make(at: .test)
            chown(file.path, 12_345, 12_345)
            #expect(throws: SecretsError.keyRingOwner(path: file.path, user: 12_345)) { try file.load() }
        }
    }

    static let damages: [@Sendable (String) -> String] = [
        { _ in "" }, { String($0.dropLast(20)) }, { _ in "not a ring" },
        { $0.replacing("\"format\" : 1", with: "\"format\" : 2") },
        { $0.replacing(#/"key" : "[^"]{8}/#, with: "\"key\" : \"") },
        { _ in #"{"format":1,"fingerprintKey":"","keys":[]}"# },
        { String(repeating: $0, count: 300) },
    ]

    @Test(arguments: damages.indices)
    func `a damaged ring is refused with a reason`(number: Int) async throws {
        try await withTemporaryFolder { folder in
            let file = KeyRingFile(path: "\(folder)/keys.json")
            try file.make(at: .test)
            let text = try String(contentsOfFile: file.path, encoding: .utf8)
            try FileManager.default.removeItem(atPath: file.path)
            try Self.damages[number](text).write(toFile: file.path, atomically: false, encoding: .utf8)
            chmod(file.path, 0o400)
            let error = #expect(throws: SecretsError.self) { try file.load() }
            guard case .keyRingDamaged(file.path, let reason)? = error else {
                Issue.record("It said: \(error?.description ?? "nothing")")
                return
            }
            #expect(!reason.isEmpty)
        }
    }

    @Test func `a folder or a pipe in its place is refused and not waited for`() async throws {
        try await withTemporaryFolder { folder in
            let path = "\(folder)/keys.json"
            mkfifo(path, 0o600)
            #expect(throws: SecretsError.keyRingNoFile(path: path)) { try KeyRingFile(path: path).load() }
            #expect(throws: SecretsError.keyRingNoFile(path: folder)) { try KeyRingFile(path: folder).load() }
        }
    }

    @Test(.enabled(if: geteuid() == 0, "only root can mount a read-only folder"))
    func `a credential of systemd is read, and a rotation says why it can't be`() async throws {
        try await withTemporaryFolder { folder in
            let credentials = "\(folder)/credentials"
            try FileManager.default.createDirectory(atPath: credentials, withIntermediateDirectories: false)
            let file = KeyRingFile(credential: "keys.json", in: credentials)
            try file.make(at: .test)
            let fixture = VaultFixture(in: folder)
            let vault = SecretVault(records: fixture.store, keyRing: file)
            try await runForeign("mount", "--bind", credentials, credentials)
            try await runForeign("mount", "-o", "remount,bind,ro", credentials)
            do {
                _ = try await vault.set(["A_SECRET": "value of it"].asSecrets, in: .production, by: "dora", at: .test)
                #expect(try await vault.read(in: .production).reveal() == ["A_SECRET": "value of it"])
                await #expect(throws: SecretsError.keyRingReadOnly(path: file.path)) {
                    try await vault.rotateKey(at: .test)
                }
            } catch {
                Issue.record(error)
            }
            try await runForeign("umount", credentials)
        }
    }

    @Test func `a ring shows its ids and no key`() {
        let ring = KeyRing(madeAt: .test)
        var dumped = ""
        dump(ring, to: &dumped)
        #expect("\(ring)" == "KeyRing(\(ring.ids[0]))")
        #expect(!dumped.contains("SymmetricKey"))
    }
}
