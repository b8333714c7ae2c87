import Foundation
import Glibc
import TestSupport
import Testing

@testable import Audit

@Suite(.timeLimit(.minutes(2)))
struct PruningTests {
    /// Two days of 600 entries each.
    private func withOldLog(_ body: (AuditPlace, String) async throws -> Void) async throws {
        try await AuditPlace.with { place, folder in
            try await place.logging { log in
                for day in 0..<2 {
                    try await withThrowingTaskGroup(of: Void.self) { group in
                        for number in 0..<600 {
                            group.addTask {
                                _ = try await log.append(.sample(number, at: AuditPlace.noon + Double(day * 86_400)))
                            }
                        }
                        try await group.waitForAll()
                    }
                }
            }
            try await body(place, folder)
        }
    }

    @Test func `what is old goes in whole bundles, and everything that is left verifies`() async throws {
        try await withOldLog { place, folder in
            let remembered = try place.checkpoint()
            try await place.logging { log async throws in
                #expect(try await log.prune(before: AuditPlace.noon + 3_600, by: .system) == 512)
                #expect(try await log.prune(before: AuditPlace.noon + 3_600, by: .system) == 512)
                #expect(try await log.append(.sample(1)) == 1_201)
            }
            #expect(access("\(place.folder)/tile/entries/001", F_OK) != 0)
            #expect(access("\(place.folder)/tile/0/001", F_OK) != 0)
            _ = try AuditExport.export(to: "\(folder)/export", from: place.folder)
            for log in [place.folder, "\(folder)/export"] {
                let report = try place.verify(log, remembered: remembered)
                #expect(report.findings == [] && report.minimum == 512 && report.rehashed == 1_202 - 512)
                #expect(report.notes == ["The entries before 512 were pruned; they could not be hashed again."])
            }
            let reader = try AuditReader(folder: place.folder)
            #expect(reader.available == 512..<1_202)
            #expect(try reader.entry(511) == nil && reader.entries(limit: 1).first?.sequence == 512)
            try await place.logging { log async throws in #expect(try await log.append(.sample(2)) == 1_202) }
            #expect(try place.verify(remembered: remembered).findings == [])
        }
    }

    @Test func `bundles that nobody recorded as pruned are missing`() async throws {
        try await withOldLog { place, _ in
            try await place.logging { _ = try await $0.prune(before: AuditPlace.noon + 3_600, by: .system) }
            for kind in ["entries", "0"] {
                try FileManager.default.removeItem(atPath: "\(place.folder)/tile/\(kind)/002")
            }
            let report = try place.verify()
            #expect(report.findings.map(\.kind) == [.bundleMissing] && report.findings.first?.entry == 512)
        }
    }

    @Test func `an act without result keeps its entry`() async throws {
        try await AuditPlace.with { place, _ in
            try await place.logging { log in
                try await log.append(count: 300)
                let intent = try await log.append(.sample(1, phase: .intent))
                try await log.append(count: 300)
                #expect(try await log.prune(before: .distantFuture, by: .system) == 256)
                _ = try await log.append(.sample(1, phase: .result(of: intent)))
            }
            #expect(try place.verify().findings == [])
        }
    }

    @Test func `an interrupted pruning is completed by the next`() async throws {
        try await withOldLog { place, _ in
            let kept = try Data(contentsOf: URL(filePath: "\(place.folder)/tile/entries/001"))
            try await place.logging { _ = try await $0.prune(before: AuditPlace.noon + 3_600, by: .system) }
            try kept.write(to: URL(filePath: "\(place.folder)/tile/entries/001"))
            try await place.logging { log async throws in
                #expect(try await log.prune(before: .distantFuture, by: .system) == 1_024)
            }
            #expect(access("\(place.folder)/tile/entries/001", F_OK) != 0)
            #expect(try place.verify().findings == [])
        }
    }

    @Test func `entries are kept for 13 months`() {
        let boundary = AuditLog.retentionBoundary(now: Date(timeIntervalSince1970: 1_795_000_000))
        #expect(boundary.ISO8601Format() == "2025-10-18T11:06:40Z")
    }
}
