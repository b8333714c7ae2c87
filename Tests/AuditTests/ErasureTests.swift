import Foundation
import TestSupport
import Testing

@testable import Audit

@Suite(.timeLimit(.minutes(1)))
struct ErasureTests {
    @Test func `after an erasure nobody reads the person's data, and every proof holds`() async throws {
        try await AuditPlace.with { place, folder in
            try await place.logging { try await $0.append(count: 9) }
            let remembered = try place.checkpoint()
            let reader = try AuditReader(folder: place.folder)
            func shown(_ id: Int) throws -> AuditRecord {
                try #require(
                    try reader.entries(limit: 9).first { $0.details["id"] == String(id) }?.opened(with: place.keys))
            }
            #expect(try shown(1).details["actor.name"] == "Dana Dispatch" && shown(1).sourceAddress == "10.0.0.7")
            #expect(try place.keys.erase("person-1"))
            #expect(try !place.keys.erase("person-1"))
            #expect(try shown(1).details["actor.name"] == "erased" && shown(1).sourceAddress == "erased")
            #expect(try shown(2).details["actor.name"] == "Dana Dispatch")
            try await place.logging { _ = try await $0.append(.sample(1)) }
            #expect(try shown(1).details["actor.name"] == "erased", "a new key does not open what the old one sealed")
            #expect(try place.verify(remembered: remembered).findings == [])
        }
    }

    @Test func `no file of the log holds a name or an address in the clear`() async throws {
        try await AuditPlace.with { place, folder in
            try await place.logging { try await $0.append(count: 300) }
            for name in FileManager.default.enumerator(atPath: folder)?.compactMap({ $0 as? String }) ?? [] {
                guard let data = FileManager.default.contents(atPath: "\(folder)/\(name)") else { continue }
                for secret in ["Dana", "10.0.0.7"] { #expect(data.range(of: Data(secret.utf8)) == nil, "\(name)") }
            }
            let keys = try FileManager.default.contentsOfDirectory(atPath: "\(folder)/subjects")
            #expect(keys.count == 3)
            for key in keys {
                let attributes = try FileManager.default.attributesOfItem(atPath: "\(folder)/subjects/\(key)")
                #expect(attributes[.posixPermissions] as? Int == 0o600)
            }
        }
    }

    @Test func `another process' erasure counts at once`() async throws {
        try await withTemporaryFolder { folder in
            let keys = try SubjectKeys(folder: folder)
            let sealed = try keys.seal("Dana", about: "person-1", field: "name")
            #expect(try keys.open(sealed, field: "name") == .text("Dana"))
            #expect(try keys.open(sealed, field: "email") == .erased, "bound to its field")
            try SubjectKeys(folder: folder).erase("person-1")
            #expect(try keys.open(sealed, field: "name") == .erased)
        }
    }

    @Test func `an erasure is recorded without the person, and its key is gone`() async throws {
        try await AuditPlace.with { place, folder in
            try await place.logging { log async throws in
                try await log.append(count: 6)
                #expect(try await !log.erase("nobody", by: .system))
                #expect(try await log.erase("person-1", by: .system))
                #expect(try await !log.erase("person-1", by: .system))
                #expect(try await log.eraseAgain() == 0)
            }
            let entries = try AuditReader(folder: place.folder).entries(limit: 100)
            let erasure = try #require(entries.last)
            #expect(entries.count == 7 && erasure.action == "audit.erase" && erasure.target == nil)
            #expect(erasure.details.keys.sorted() == ["key"] && !erasure.details["key"]!.contains("person"))
            #expect(try place.verify().findings == [])
        }
    }

    @Test func `an erased key that comes back with an old copy opens nothing, and is deleted again`() async throws {
        try await AuditPlace.with { place, folder in
            let (keys, copy) = (URL(filePath: "\(folder)/subjects"), URL(filePath: "\(folder)/copy"))
            try await place.logging { try await $0.append(count: 3) }
            try FileManager.default.copyItem(at: keys, to: copy)
            try await place.logging { _ = try await $0.erase("person-1", by: .system) }
            func names(_ keys: SubjectKeys) throws -> Set<String> {
                Set(
                    try AuditReader(folder: place.folder).entries(limit: 3)
                        .compactMap { try $0.opened(with: keys).details["actor.name"] })
            }
            // Only the keys are put back: what was erased is known beside them.
            for name in try FileManager.default.contentsOfDirectory(atPath: copy.path) where name.hasSuffix(".key") {
                let target = keys.appending(path: name)
                if !FileManager.default.fileExists(atPath: target.path) {
                    try FileManager.default.copyItem(at: copy.appending(path: name), to: target)
                }
            }
            #expect(try names(SubjectKeys(folder: keys.path)) == ["Dana Dispatch", "erased"])
            #expect(try await place.logging { try await $0.eraseAgain() } == 1)
            // The whole folder is put back: the record knows.
            try FileManager.default.removeItem(at: keys)
            try FileManager.default.copyItem(at: copy, to: keys)
            let restored = try AuditPlace(log: place.folder, safe: folder)
            #expect(try names(restored.keys) == ["Dana Dispatch"])
            #expect(try await restored.logging { try await $0.eraseAgain() } == 1)
            #expect(try names(restored.keys) == ["Dana Dispatch", "erased"])
            #expect(try restored.verify().findings == [])
        }
    }

    @Test func `an erasure that was cut short after it was recorded is completed`() async throws {
        try await AuditPlace.with { place, folder in
            let fingerprint = try await place.logging { log async throws in
                try await log.append(count: 3)
                let fingerprint = try #require(try place.keys.fingerprint(of: "person-1"))
                var entry = AuditEntry(.event, .erase, by: .system, at: AuditPlace.noon)
                entry.details = ["key": fingerprint]
                _ = try await log.append(entry)
                return fingerprint
            }
            #expect(try place.keys.fingerprint(of: "person-1") == fingerprint)
            #expect(try await place.logging { try await $0.eraseAgain() } == 1)
            #expect(try place.keys.fingerprint(of: "person-1") == nil)
            // A key that came afterwards is another one, and stays.
            try await place.logging { log async throws in
                _ = try await log.append(.sample(1))
                #expect(try await log.eraseAgain() == 0)
            }
            #expect(try place.keys.fingerprint(of: "person-1") != nil)
        }
    }

    @Test(arguments: ["plain", "sealed:v1:x", "plain:x", ""])
    func `a text that is not sealed is shown as it was given`(text: String) async throws {
        try await withTemporaryFolder { folder in
            let keys = try SubjectKeys(folder: folder)
            #expect(try keys.open(SubjectKeys.escaped(text), field: "x") == .text(text))
        }
    }
}
