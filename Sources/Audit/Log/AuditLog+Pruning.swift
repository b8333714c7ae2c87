import DurableFiles
package import Foundation
import Glibc

extension AuditLog {
    /// How long entries are kept unless somebody says otherwise.
    package static let retentionMonths = 13

    /// The time before which entries may go, so many months before now (Gregorian, UTC).
    package static func retentionBoundary(months: Int = retentionMonths, now: Date) -> Date {
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = .gmt
        return calendar.date(byAdding: .month, value: -months, to: now) ?? .distantPast
    }

    /// Takes away whole bundles of entries that are all older than a time, and their hashes; answers the first entry
    /// that is left.
    ///
    /// The tree stays what it was: every later proof holds, and a verifier says what it could not hash again. That it was
    /// done is recorded before. Acts without result keep their entries, and so does the newest bundle.
    package func prune(before date: Date, by actor: AuditActor) async throws -> Int {
        let last = try await perform { try $0.prepareToPrune() }
        let reader = try AuditReader(folder: folder)
        let minimum = try reader.firstBundle(notAllBefore: SealedEntry.microseconds(date), last: last)
        guard minimum > reader.first else {
            // A process that ended meanwhile may have left some of what it said it took away.
            if reader.first > 0 { try await perform { try $0.prune(below: reader.first) } }
            return reader.first
        }
        var entry = AuditEntry(.event, .prune, by: actor, at: now(), outcome: .succeeded)
        entry.details = ["before": String(SealedEntry.microseconds(date)), "minimum": String(minimum)]
        _ = try await append(entry)
        try await perform { try $0.prune(below: minimum) }
        return minimum
    }
}

extension LogWriter {
    /// Leaves the journal behind, so that opening needs nothing old; answers up to where may be pruned.
    mutating func prepareToPrune() throws -> Int {
        _ = try fold()
        try beginJournal()
        let needed = min(frontier.size, openIntents.keys.min() ?? .max)
        return needed / TileWidth.full * TileWidth.full
    }

    /// Removes bundles and hashes of level 0 below an entry; again what an interrupted call has left.
    mutating func prune(below minimum: Int) throws {
        _ = try fold()
        try DurableFile.write("\(minimum)\n", to: files.path(LogFiles.minimumName))
        // From the oldest on, so that what an interrupted call has left is next to what stays.
        var start = minimum / TileWidth.full
        while start > 0, isThere(start - 1) { start -= 1 }
        for index in start..<minimum / TileWidth.full {
            for kind in [TilePath.Kind.entries, .hashes(level: 0)] { try remove(TilePath(kind, index: index)) }
        }
    }

    private func isThere(_ index: Int) -> Bool {
        [TilePath.Kind.entries, .hashes(level: 0)].contains {
            access(files.path(TilePath($0, index: index)), F_OK) == 0
        }
    }

    private func remove(_ tile: TilePath) throws {
        let path = files.path(tile)
        guard unlink(path) == 0 || errno == ENOENT else { throw FileFault(operation: "delete", path: path) }
    }
}

extension AuditReader {
    /// The beginning of the first bundle in which an entry is as new as a time, at most `last`.
    func firstBundle(notAllBefore time: Int, last: Int) throws -> Int {
        for index in first / TileWidth.full..<max(first, last) / TileWidth.full {
            let isOld = try bundle(index).withUnsafeBytes { buffer in
                let pieces = EntryBundle.ranges(in: buffer, count: TileWidth.full)
                return pieces?.allSatisfy {
                    ScannedEntry(UnsafeRawBufferPointer(rebasing: buffer[$0])).map { $0.at < time } ?? false
                } ?? false
            }
            if !isOld { return index * TileWidth.full }
        }
        return max(first, last)
    }
}
