import Foundation
import TestSupport
import Testing

@testable import Audit

/// What is left after a power failure or by somebody's hand, and what opening makes of it.
@Suite(.timeLimit(.minutes(2)))
struct TornJournalTests {
    /// A log whose checkpoint has two entries and whose journal has a third.
    private func withUnfolded(_ body: (AuditPlace, URL) throws -> Void) async throws {
        try await AuditPlace.with { place, _ in try body(place, URL(filePath: record(in: place))) }
    }

    /// Answers the journal's path; the writer is gone by then, as if it had been killed.
    private func record(in place: AuditPlace) throws -> String {
        var writer = try LogWriter(opening: place.folder, signer: place.signer)
        let entries = try (0..<3).map { try CanonicalEntry(SealedEntry(.sample($0), keys: place.keys)) }
        _ = writer.write(Array(entries.prefix(2)))
        _ = try writer.fold()
        _ = writer.write([entries[2]])
        return writer.journal.path
    }

    private func opened(_ place: AuditPlace) throws -> Int {
        try LogWriter(opening: place.folder, signer: place.signer).next
    }

    @Test func `a tail that is cut anywhere is dropped, and what was whole stays`() async throws {
        try await withUnfolded { place, journal in
            let whole = try Data(contentsOf: journal)
            let second = try #require(frames(in: whole).dropLast().last)
            let state = try snapshot(place)
            // Each byte of the frame's head, and some of the entry's.
            let lengths =
                Array(second.upperBound..<second.upperBound + 14)
                + stride(from: whole.count - 1, to: second.upperBound + 14, by: -31)
            for length in lengths {
                try restore(state, place)
                try whole.prefix(length).write(to: journal)
                #expect(try opened(place) == 2, "\(length) bytes")
                #expect(try place.verify().findings == [])
            }
            try restore(state, place)
            try whole.write(to: journal)
            #expect(try opened(place) == 3)
        }
    }

    @Test func `a tail of other bytes is dropped`() async throws {
        try await withUnfolded { place, journal in
            for tail in [Data([0, 0, 0, 0]), Data(count: 4_096), Data([0xff, 0xff]), Data(repeating: 1, count: 100)] {
                try (Data(contentsOf: journal) + tail).write(to: journal)
                #expect(try opened(place) == 3)
            }
        }
    }

    @Test func `nothing is signed over entries that are gone or changed below the checkpoint`() async throws {
        try await withUnfolded { place, journal in
            let whole = try Data(contentsOf: journal)
            let found = frames(in: whole)
            let state = try snapshot(place)
            for frame in found.dropFirst().dropLast() {
                try restore(state, place)
                try whole.prefix(frame.lowerBound).write(to: journal)
                #expect(throws: AuditError.self) { try opened(place) }
                var flipped = whole
                flipped[frame.upperBound - 10] ^= 1
                try flipped.write(to: journal)
                #expect(throws: AuditError.self) { try opened(place) }
            }
        }
    }

    @Test func `tiles that a power failure took are written again from the journal`() async throws {
        try await AuditPlace.with { place, _ in
            try await place.logging { try await $0.append(count: 600) }
            let before = try place.checkpoint()
            for path in ["tile/0/000", "tile/entries/001", "tile/1"] {
                try FileManager.default.removeItem(atPath: "\(place.folder)/\(path)")
            }
            try Data("torn".utf8).write(to: URL(filePath: "\(place.folder)/tile/0/001"))
            try await place.logging { _ = try await $0.append(.sample(1)) }
            #expect(try place.verify(remembered: before).findings == [])
        }
    }

    @Test func `a journal that a crash left beside the next is read once more and then removed`() async throws {
        try await AuditPlace.with { place, folder in
            let journals = "\(place.folder)/journal"
            func names() -> [String] { LogJournal.paths(in: journals).map { ($0 as NSString).lastPathComponent } }
            try await place.logging { try await $0.append(count: 300) }
            let first = try #require(names().first)
            try FileManager.default.copyItem(atPath: "\(journals)/\(first)", toPath: "\(folder)/first")
            try await place.logging(journalBytes: 1) { log in
                _ = try await log.append(.sample(1, phase: .intent))
                try await log.checkpoint()
            }
            #expect(names().count == 1 && !names().contains(first))
            var frames: [UInt8] = []
            let whole = try Data(contentsOf: URL(filePath: "\(folder)/first"))
            // The intent is in the journal that was removed: put back is what that was before the next began.
            let intent = try #require(try ForgedLog.entries(of: place.folder).last)
            LogJournal.append(intent, hash: .leaf(intent), to: &frames)
            try (whole + frames).write(to: URL(filePath: "\(journals)/\(first)"))
            try await place.logging { log in
                let open = try await log.openIntents()
                #expect(open.map(\.sequence) == [300])
            }
            #expect(names().count == 1 && !names().contains(first))
            try await place.logging(journalBytes: 1) { _ = try await $0.append(.sample(2)) }
            try await place.logging { _ = try await $0.recordInterrupted() }
            #expect(try place.verify().findings == [])
        }
    }

    @Test func `a log whose checkpoint is gone is not begun anew`() async throws {
        try await AuditPlace.with { place, _ in
            try await place.logging { try await $0.append(count: 3) }
            try FileManager.default.removeItem(atPath: "\(place.folder)/checkpoint")
            let error = #expect(throws: AuditError.self) { try place.open() }
            #expect(error?.description.contains("it has entries and no checkpoint") == true)
        }
    }

    @Test func `an export can be gone on with`() async throws {
        try await AuditPlace.with { place, folder in
            try await place.logging { try await $0.append(count: 300) }
            let before = try place.checkpoint()
            _ = try AuditExport.export(to: "\(folder)/export", from: place.folder)
            try FileManager.default.removeItem(atPath: place.folder)
            try FileManager.default.moveItem(atPath: "\(folder)/export", toPath: place.folder)
            try await place.logging { log async throws in #expect(try await log.append(.sample(9)) == 300) }
            #expect(try place.verify(remembered: before).findings == [])
        }
    }

    private func snapshot(_ place: AuditPlace) throws -> [String: Data] {
        let names = FileManager.default.enumerator(atPath: place.folder)?.compactMap { $0 as? String } ?? []
        return Dictionary(
            uniqueKeysWithValues: names.compactMap { name in
                FileManager.default.contents(atPath: "\(place.folder)/\(name)").map { (name, $0) }
            })
    }

    private func restore(_ files: [String: Data], _ place: AuditPlace) throws {
        try FileManager.default.removeItem(atPath: place.folder)
        for (name, data) in files {
            let url = URL(filePath: "\(place.folder)/\(name)")
            try FileManager.default.createDirectory(
                at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
            try data.write(to: url)
        }
    }

    private func frames(in data: Data) -> [Range<Int>] {
        var ranges: [Range<Int>] = []
        var offset = 0
        while offset < data.count {
            let length = data[offset..<offset + 4].reduce(0) { $0 << 8 | Int($1) }
            ranges.append(offset..<offset + 12 + length)
            offset += 12 + length
        }
        return ranges
    }
}
