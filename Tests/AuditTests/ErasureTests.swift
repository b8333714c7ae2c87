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

    @Test(arguments: ["plain", "sealed:v1:x", "plain:x", ""])
    func `a text that is not sealed is shown as it was given`(text: String) async throws {
        try await withTemporaryFolder { folder in
            let keys = try SubjectKeys(folder: folder)
            #expect(try keys.open(SubjectKeys.escaped(text), field: "x") == .text(text))
        }
    }
}
