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

    /// What a kill may leave: the entry, then the number, then one file after the other gone.
    @Test func `a kill at any point of a pruning leaves a record that verifies and is pruned by the next`() async throws
    {
        try await withOldLog { place, folder in
            let files = ["000", "001"].flatMap { ["tile/entries/\($0)", "tile/0/\($0)"] }
            let kept = try files.map { try Data(contentsOf: URL(filePath: "\(place.folder)/\($0)")) }
            try await place.logging { _ = try await $0.prune(before: AuditPlace.noon + 3_600, by: .system) }
            let whole = "\(folder)/whole"
            try FileManager.default.copyItem(atPath: place.folder, toPath: whole)
            for gone in -1...files.count {
                try FileManager.default.removeItem(atPath: place.folder)
                try FileManager.default.copyItem(atPath: whole, toPath: place.folder)
                for index in max(0, gone)..<files.count {
                    try kept[index].write(to: URL(filePath: "\(place.folder)/\(files[index])"))
                }
                if gone < 0 { unlink("\(place.folder)/minimum") }
                let report = try place.verify()
                #expect(report.findings == [], "\(gone) are gone: \(report.findings)")
                _ = try AuditExport.export(to: "\(folder)/export\(gone)", from: place.folder)
                #expect(try place.verify("\(folder)/export\(gone)").findings == [], "\(gone)")
                try await place.logging { log async throws in
                    #expect(try await log.prune(before: AuditPlace.noon + 3_600, by: .system) == 512)
                }
                for file in files { #expect(access("\(place.folder)/\(file)", F_OK) != 0, "\(gone): \(file)") }
                #expect(try place.verify().findings == [])
            }
        }
    }

    /// What somebody may do to a record of which a part was pruned.
    static let attacks:
        [(name: String, kinds: Set<VerificationReport.Finding.Kind>, change: @Sendable (String) throws -> Void)] = [
            ("a byte of a bundle that is kept", [.entryAltered], { try flip("\($0)/tile/entries/002", 15) }),
            ("a byte of a tile that is kept", [.tileAltered], { try flip("\($0)/tile/0/003", 40) }),
            (
                "a byte of the tile above what was pruned", [.tileAltered, .rootMismatch],
                { try flip("\($0)/tile/1/000.p/4", 3) }
            ),
            ("a bundle more", [.bundleMissing], { unlink("\($0)/tile/entries/002") }),
            (
                "a bundle more, and the number of what was pruned", [.bundleMissing],
                {
                    unlink("\($0)/tile/entries/002")
                    unlink("\($0)/tile/0/002")
                    try Data("768\n".utf8).write(to: URL(filePath: "\($0)/minimum"))
                }
            ),
            (
                "the dropped tail", [.bundleMissing, .tileMissing, .rootMismatch],
                { folder in
                    for name in ["tile/entries/004.p", "tile/0/004.p"] {
                        try FileManager.default.removeItem(atPath: "\(folder)/\(name)")
                    }
                }
            ),
        ]

    private static func flip(_ path: String, _ byte: Int) throws {
        var data = try Data(contentsOf: URL(filePath: path))
        data[byte] ^= 1
        try data.write(to: URL(filePath: path))
    }

    @Test func `attacks on what is left of a pruned record are found`() async throws {
        try await withOldLog { place, folder in
            try await place.logging { _ = try await $0.prune(before: AuditPlace.noon + 3_600, by: .system) }
            for attack in Self.attacks {
                let export = "\(folder)/attacked"
                _ = try AuditExport.export(to: export, from: place.folder)
                #expect(try place.verify(export).holds)
                try attack.change(export)
                let report = try place.verify(export)
                #expect(
                    !report.holds && !attack.kinds.isDisjoint(with: report.findings.map(\.kind)),
                    "\(attack.name): \(report.findings.prefix(4))")
                try FileManager.default.removeItem(atPath: export)
            }
        }
    }

    @Test func `entries are kept for 13 months`() {
        let boundary = AuditLog.retentionBoundary(now: Date(timeIntervalSince1970: 1_795_000_000))
        #expect(boundary.ISO8601Format() == "2025-10-18T11:06:40Z")
    }
}
