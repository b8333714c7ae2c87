import Foundation
import Glibc
import TestSupport
import Testing

@testable import Audit

@Suite(.timeLimit(.minutes(2)))
struct AuditLogTests {
    @Test func `100 writers record at once, and every entry is in the log once`() async throws {
        try await AuditPlace.with { place, _ in
            try await place.logging { try await $0.append(count: 1_000) }
            let report = try place.verify()
            #expect(report.findings == [] && report.rehashed == 1_000)
            let reader = try AuditReader(folder: place.folder)
            let ids = try reader.entries(limit: 2_000).map { $0.details["id"] ?? "" }
            #expect(Set(ids).count == 1_000)
        }
    }

    @Test func `a log goes on where it was left, across journals`() async throws {
        try await AuditPlace.with { place, _ in
            var checkpoints: [SignedCheckpoint] = []
            for round in 0..<6 {
                try await place.logging(journalBytes: 20_000) { log in
                    try await log.append(count: 130, from: round * 130)
                    try await log.checkpoint()
                    #expect(try await log.append(.sample(-1 - round)) == round * 131 + 130)
                }
                checkpoints.append(try place.checkpoint())
            }
            #expect(checkpoints.map(\.size) == [131, 262, 393, 524, 655, 786])
            for checkpoint in checkpoints { #expect(try place.verify(remembered: checkpoint).findings == []) }
            #expect(LogJournal.paths(in: "\(place.folder)/journal").count == 1)
            // Parts of tiles that have become full are gone with the journal before.
            #expect(access("\(place.folder)/tile/0/000.p", F_OK) != 0)
        }
    }

    @Test func `within a second of activity everything is below a signed checkpoint`() async throws {
        try await AuditPlace.with { place, _ in
            try await place.logging { log in
                try await log.append(count: 10)
                try await eventually("a checkpoint of 10 entries") { try place.checkpoint().size == 10 }
                #expect(try place.verify().findings == [])
            }
        }
    }

    @Test func `a second writer is refused, and may write once the first has closed`() async throws {
        try await AuditPlace.with { place, _ in
            try await place.logging { _ in
                #expect(throws: AuditError.writerElsewhere(folder: place.folder)) { try place.open() }
            }
            try await place.logging { _ = try await $0.append(.sample(1)) }
            let log = try place.open()
            try await log.close()
            await #expect(throws: AuditError.closed) { try await log.append(.sample(2)) }
        }
    }

    @Test func `an act is recorded before and after, and its error afterwards`() async throws {
        struct Broken: Error {}
        try await AuditPlace.with { place, _ in
            try await place.logging { log in
                let value = try await log.record(.sample(1)) {
                    let open = try await log.openIntents()
                    #expect(open.map(\.sequence) == [0])
                    return 5
                }
                #expect(value == 5)
                await #expect(throws: Broken.self) {
                    try await log.record(.sample(2), describing: { _ in "It broke." }) { throw Broken() }
                }
                #expect(try await log.openIntents() == [])
            }
            let records = try AuditReader(folder: place.folder).entries(limit: 10)
            #expect(records.map(\.phase) == ["intent", "result", "intent", "result"])
            #expect(records.map(\.outcome) == [nil, "succeeded", nil, "failed"])
            #expect(records.map(\.intent) == [nil, 0, nil, 2] && records[3].reason == "It broke.")
        }
    }

    @Test func `a result needs an intent that is open`() async throws {
        try await AuditPlace.with { place, _ in
            try await place.logging { log in
                await #expect(throws: AuditError.noOpenIntent(sequence: 0)) {
                    try await log.append(.sample(1, phase: .result(of: 0)))
                }
                let intent = try await log.append(.sample(1, phase: .intent))
                _ = try await log.append(.sample(1, phase: .result(of: intent)))
                await #expect(throws: AuditError.noOpenIntent(sequence: 0)) {
                    try await log.append(.sample(1, phase: .result(of: intent)))
                }
            }
            #expect(try place.verify().findings == [])
        }
    }

    @Test func `what was interrupted is known at the next start, in whatever journal it was announced`() async throws {
        try await AuditPlace.with { place, _ in
            try await place.logging(journalBytes: 10_000) { log in
                _ = try await log.append(.sample(1, phase: .intent))
                try await log.append(count: 100, from: 2)
                try await log.checkpoint()
                _ = try await log.append(.sample(200, phase: .intent))
            }
            #expect(try place.verify().findings.map(\.kind) == [.openIntent, .openIntent])
            try await place.logging { log async throws in
                #expect(try await log.openIntents().map(\.target) == ["freightops@1.0.1", "freightops@1.0.200"])
                #expect(try await log.recordInterrupted().map(\.sequence) == [0, 101])
                #expect(try await log.openIntents() == [])
            }
            #expect(try place.verify().findings == [])
            #expect(try AuditReader(folder: place.folder).entry(102)?.outcome == "interrupted")
        }
    }

    @Test func `another key does not go on with a log`() async throws {
        try await AuditPlace.with { place, folder in
            try await place.logging { _ = try await $0.append(.sample(1)) }
            let other = NoteSigningKey(name: AuditPlace.origin)
            #expect(throws: AuditError.foreignCheckpoint(origin: AuditPlace.origin)) {
                try AuditLog(folder: place.folder, signer: other, keys: place.keys, spool: place.spool)
            }
        }
    }
}
