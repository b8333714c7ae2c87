import Foundation
import TestSupport
import Testing

@testable import Audit

@Suite(.timeLimit(.minutes(1)))
struct SpoolTests {
    @Test func `a crash between folding and emptying the spool records nothing twice`() async throws {
        try await AuditPlace.with { place, folder in
            let id = place.spool.write(.sample(1, phase: .intent), keys: place.keys)
            _ = place.spool.write(.sample(1), ofSpooledIntent: id, keys: place.keys)
            let kept = try Data(contentsOf: URL(filePath: "\(folder)/spool"))
            try await place.logging(journalBytes: 1) { log in
                #expect(try await log.foldSpool() == 2)
                try await log.checkpoint()
            }
            try kept.write(to: URL(filePath: "\(folder)/spool"))
            let again = try AuditPlace(log: place.folder, safe: folder)
            #expect(again.spool.count == 2)
            try await again.logging { _ = try await $0.foldSpool() }
            #expect(try again.checkpoint().size == 2 && again.spool.count == 0)
            #expect(try again.verify().findings == [])
        }
    }

    @Test func `what does not fit is counted, and the loss is recorded once`() async throws {
        try await withTemporaryFolder { folder in
            let keys = try SubjectKeys(folder: "\(folder)/subjects")
            let spool = try AuditSpool(path: "\(folder)/spool", capacity: 4_096)
            for number in 0..<20 { _ = spool.write(.sample(number), keys: keys) }
            let kept = spool.count
            #expect(kept > 2 && spool.lost == 20 - kept)
            #expect(try AuditSpool(path: "\(folder)/spool", capacity: 4_096).lost == 20 - kept)
            let log = try AuditLog(
                folder: "\(folder)/log", signer: NoteSigningKey(name: "log.example"), keys: keys, spool: spool)
            try await log.foldSpool()
            try await log.foldSpool()
            try await log.close()
            let last = try #require(try AuditReader(folder: "\(folder)/log").entries(newestFirst: true, limit: 1).first)
            #expect(last.action == "audit.spool_loss" && last.details["lost"] == String(20 - kept))
            #expect(last.sequence == kept && spool.lost == 0)
        }
    }

    @Test func `a late result of an act that was called interrupted stands beside that`() async throws {
        try await AuditPlace.with { place, _ in
            try await place.logging { log in
                let intent = try await log.append(.sample(1, phase: .intent))
                _ = place.spool.write(.sample(1, phase: .result(of: intent)), keys: place.keys)
                _ = try await log.recordInterrupted()
                try await log.foldSpool()
            }
            let last = try #require(try AuditReader(folder: place.folder).entry(2))
            #expect(last.phase == "event" && last.details["result_of"] == "0" && last.isLate)
            #expect(try place.verify().findings == [])
        }
    }
}
