import Domain
import Foundation
import Glibc
import Secrets
import TestSupport
import Testing

@testable import ControlPlane

/// What Switchyard keeps for itself under the keys of the secrets.
@Suite(.timeLimit(.minutes(1))) struct SealedStateTests {
    private static let production = EnvironmentName(unchecked: "production")

    @Test func `passwords survive a restart and a rotation, and lie nowhere in the clear`() async throws {
        try await withTemporaryFolder { folder in
            let ring = KeyRingFile(path: "\(folder)/key-ring.json")
            let first = try ring.make(at: Date()).ids
            let password = try await DatabasePasswords(folder: folder).password(of: "shop_s1", in: Self.production)
            let text = try String(contentsOfFile: DatabasePasswords.path(in: folder), encoding: .utf8)
            #expect(!text.contains(password))
            let again = DatabasePasswords(folder: folder)
            #expect(try await again.password(of: "shop_s1", in: Self.production) == password)
            #expect(try await again.password(of: "shop_s2", in: Self.production) != password)
            #expect(try await again.keyIDs == Set(first))
            #expect(try await again.records(of: Self.production).count == 2)
        }
    }

    @Test func `passwords that an older version has left in the clear stay, and are sealed when they are asked for`()
        async throws
    {
        try await withTemporaryFolder { folder in
            try KeyRingFile(path: "\(folder)/key-ring.json").make(at: Date())
            let path = DatabasePasswords.path(in: folder)
            try "{\"shop_s1\":\"as it was\",\"shop_s2\":\"another\"}"
                .write(toFile: path, atomically: false, encoding: .utf8)
            let passwords = DatabasePasswords(folder: folder)
            for (role, password) in [("shop_s1", "as it was"), ("shop_s2", "another")] {
                #expect(try await passwords.password(of: role, in: Self.production) == password)
                #expect(try !String(contentsOfFile: path, encoding: .utf8).contains(password))
            }
        }
    }

    @Test func `passwords that cannot be read are refused, and none is made in their place`() async throws {
        try await withTemporaryFolder { folder in
            let ring = KeyRingFile(path: "\(folder)/key-ring.json")
            try ring.make(at: Date())
            _ = try await DatabasePasswords(folder: folder).password(of: "shop_s1", in: Self.production)
            let kept = FileManager.default.contents(atPath: DatabasePasswords.path(in: folder))
            unlink(ring.path)
            await #expect(throws: SecretsError.keyRingMissing(path: ring.path)) {
                try await DatabasePasswords(folder: folder).password(of: "shop_s1", in: Self.production)
            }
            try ring.make(at: Date())
            await #expect(throws: SecretsError.self) {
                try await DatabasePasswords(folder: folder).password(of: "shop_s1", in: Self.production)
            }
            #expect(FileManager.default.contents(atPath: DatabasePasswords.path(in: folder)) == kept)
        }
    }

    @Test func `a ring is made at the first start, and never in the place of one that was lost`() async throws {
        try await withTemporaryFolder { path in
            let folder = StateFolder(path: path)
            try folder.make()
            let ring = KeyRingFile(path: folder.keyRing)
            try KeyRingPlace.makeIfNew(ring, in: folder)
            let made = try ring.load().ids
            try KeyRingPlace.makeIfNew(ring, in: folder)
            #expect(try ring.load().ids == made)
            _ = try await DatabasePasswords(folder: folder.secrets).password(of: "shop_s1", in: Self.production)
            unlink(ring.path)
            #expect(throws: SecretsError.keyRingMissing(path: ring.path)) {
                try KeyRingPlace.makeIfNew(ring, in: folder)
            }
            #expect(!ring.exists)
        }
    }
}
