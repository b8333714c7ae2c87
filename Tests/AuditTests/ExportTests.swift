import Foundation
import Glibc
import TestSupport
import Testing

@testable import Audit

@Suite(.timeLimit(.minutes(2)))
struct ExportTests {
    @Test func `an export made while the log is written is whole`() async throws {
        try await AuditPlace.with { place, folder in
            try await place.logging(journalBytes: 30_000) { log in
                try await log.append(count: 10)
                try await log.checkpoint()
                try await withThrowingTaskGroup(of: Void.self) { group in
                    group.addTask {
                        for round in 0..<40 {
                            try await log.append(count: 50, from: round * 50)
                            try await log.checkpoint()
                        }
                    }
                    for number in 0..<10 {
                        let export = "\(folder)/export-\(number)"
                        let copied = try AuditExport.export(to: export, from: place.folder)
                        let report = try place.verify(export)
                        #expect(report.findings == [] && report.size == copied.entries)
                    }
                    try await group.waitForAll()
                }
            }
        }
    }

    @Test func `an export needs neither the log nor its key, and lies in an empty folder`() async throws {
        try await AuditPlace.with { place, folder in
            try await place.logging { try await $0.append(count: 300) }
            let export = "\(folder)/export"
            _ = try AuditExport.export(to: export, from: place.folder)
            #expect(throws: AuditError.exportNotEmpty(folder: export)) {
                try AuditExport.export(to: export, from: place.folder)
            }
            try FileManager.default.removeItem(atPath: place.folder)
            let report = try AuditVerifier.verify(export, now: AuditPlace.noon)
            #expect(report.holds && report.rehashed == 300 && report.key == place.signer.verifierKey.description)
            #expect(access("\(export)/journal", F_OK) != 0, "nothing but what is proved")
        }
    }
}
