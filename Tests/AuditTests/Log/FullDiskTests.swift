import Foundation
import Glibc
import TestSupport
import Testing

@testable import Audit

@Suite(.serialized, .enabled(if: geteuid() == 0, "only root can mount a small disk"), .timeLimit(.minutes(2)))
struct FullDiskTests {
    private func withSmallDisk(_ body: (AuditPlace, String) async throws -> Void) async throws {
        try await withTemporaryFolder { folder in
            let disk = "\(folder)/disk"
            try FileManager.default.createDirectory(atPath: disk, withIntermediateDirectories: false)
            try #require(mount("tmpfs", disk, "tmpfs", 0, "size=2m,mode=0755") == 0)
            let result = await Result.awaiting {
                try await body(AuditPlace(log: "\(disk)/log", safe: disk), disk)
            }
            try #require(umount2(disk, Int32(MNT_DETACH)) == 0)
            try result.get()
        }
    }

    /// Writes until nothing more fits.
    private func fill(_ path: String) {
        let descriptor = Glibc.open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
        defer { Glibc.close(descriptor) }
        let block = [UInt8](repeating: 1, count: 4_096)
        while write(descriptor, block, block.count) > 0 {}
    }

    /// Appends what is smaller than any other entry until that fails, as the last page of the journal may have room.
    private func appendUntilRefused(_ log: AuditLog) async throws -> (count: Int, error: AuditError) {
        for number in 0..<100 {
            let entry = AuditEntry(.event, "x", by: .system, at: AuditPlace.noon)
            do { _ = try await log.append(entry) } catch let error as AuditError { return (number, error) }
        }
        throw NeverRefused()
    }
    private struct NeverRefused: Error {}

    @Test func `no act on a full disk, and the log goes on once there is room`() async throws {
        try await withSmallDisk { place, disk in
            let log = try place.open()
            try await log.append(count: 20)
            try await log.checkpoint()
            fill("\(disk)/ballast")
            let (more, error) = try await appendUntilRefused(log)
            #expect(error.isDiskFull)
            #expect(error.description.hasSuffix("Free some space on that disk and try again."))
            var acted = false
            await #expect(throws: AuditError.self) { try await log.record(.sample(5)) { acted = true } }
            #expect(!acted, "no log, no act")
            unlink("\(disk)/ballast")
            #expect(try await log.append(.sample(6)) == 20 + more)
            try await log.close()
            #expect(try place.verify().findings == [] && place.checkpoint().size == 21 + more)
            try await place.logging { log async throws in #expect(try await log.append(.sample(7)) == 21 + more) }
        }
    }

    @Test func `on a full disk nobody is erased and nothing pruned, and both are done once there is room`() async throws
    {
        try await withSmallDisk { place, disk in
            let log = try place.open()
            try await log.append(count: 600)
            try await log.checkpoint()
            fill("\(disk)/ballast")
            _ = try await appendUntilRefused(log)
            let refused = await #expect(throws: AuditError.self) { try await log.erase("person-1", by: .system) }
            #expect(refused?.isDiskFull == true && FileManager.default.fileExists(atPath: "\(disk)/subjects"))
            #expect(try place.keys.fingerprint(of: "person-1") != nil, "no record, no erasure")
            await #expect(throws: AuditError.self) { try await log.prune(before: .distantFuture, by: .system) }
            #expect(access("\(place.folder)/tile/entries/000", F_OK) == 0)
            unlink("\(disk)/ballast")
            #expect(try await log.erase("person-1", by: .system))
            #expect(try await log.prune(before: .distantFuture, by: .system) == 512)
            try await log.close()
            #expect(try place.keys.fingerprint(of: "person-1") == nil)
            #expect(try place.verify().findings == [])
        }
    }

    @Test func `going back is recorded in the spool and folded in as late`() async throws {
        try await withSmallDisk { place, disk in
            let log = try place.open()
            try await log.append(count: 5)
            fill("\(disk)/ballast")
            let (more, _) = try await appendUntilRefused(log)
            var acted = false
            let intent = AuditEntry(
                .intent, "deployment.roll_back", by: .init(id: "person-1", name: "Dana"), at: place.now)
            try await log.record(intent, whenUnwritable: .spool) { acted = true }
            #expect(acted && place.spool.count == 2)
            // The spool is durable: another process finds it.
            #expect(try AuditSpool(path: "\(disk)/spool").count == 2)
            unlink("\(disk)/ballast")
            place.move(to: place.now + 3_600)
            #expect(try await log.foldSpool() == 2)
            #expect(try await log.foldSpool() == 0)
            try await log.close()
            let late = try AuditReader(folder: place.folder).entries(in: (5 + more)..<100, limit: 10)
            #expect(late.map(\.phase) == ["intent", "result"] && late.allSatisfy(\.isLate))
            #expect(late.map(\.date) == [AuditPlace.noon, AuditPlace.noon] && late[1].intent == late[0].sequence)
            #expect(try late[0].opened(with: place.keys).details["actor.name"] == "Dana")
            #expect(try place.verify().findings == [])
        }
    }
}

extension Result where Failure == any Error {
    static func awaiting(_ body: () async throws -> Success) async -> Result {
        do { return .success(try await body()) } catch { return .failure(error) }
    }
}
