import Foundation

/// Reads a log, or what was exported of it, while somebody else writes it.
///
/// It sees what the newest checkpoint has; ask the log for a checkpoint first to see everything.
package struct AuditReader: Sendable {
    private let files: LogFiles
    package let checkpoint: SignedCheckpoint
    /// The first entry that has not been pruned.
    package let first: Int

    /// Opens a log's folder; throws `AuditError.noLog` where there is none.
    package init(folder: String) throws {
        files = LogFiles(folder: folder)
        guard let checkpoint = try files.checkpoint() else { throw AuditError.noLog(folder: folder) }
        self.checkpoint = checkpoint
        first = try files.minimum()
    }

    /// The sequence numbers that can be read.
    package var available: Range<Int> { min(first, checkpoint.size)..<checkpoint.size }

    /// One entry; nil where there is none of that number or it was pruned.
    package func entry(_ sequence: Int) throws -> AuditRecord? {
        guard available.contains(sequence) else { return nil }
        return try entries(in: sequence..<sequence + 1, limit: 1).first
    }

    /// Entries in order or, when asked so, the newest first; at most `limit` of them.
    package func entries(
        in range: Range<Int>? = nil, newestFirst: Bool = false, matching filter: AuditFilter = AuditFilter(), limit: Int
    ) throws -> [AuditRecord] {
        var found: [AuditRecord] = []
        guard limit > 0 else { return found }
        try forEach(in: range, newestFirst: newestFirst, matching: filter) { record in
            found.append(record)
            return found.count < limit
        }
        return found
    }

    /// Goes through entries until the body answers false; holds one bundle of 256 at a time.
    package func forEach(
        in range: Range<Int>? = nil, newestFirst: Bool = false, matching filter: AuditFilter = AuditFilter(),
        _ body: (AuditRecord) throws -> Bool
    ) throws {
        let range = (range ?? available).clamped(to: available)
        guard !range.isEmpty else { return }
        let prepared = PreparedFilter(filter)
        let bundles = range.lowerBound / TileWidth.full...(range.upperBound - 1) / TileWidth.full
        for position in 0..<bundles.count {
            let index = newestFirst ? bundles.upperBound - position : bundles.lowerBound + position
            guard try read(bundle: index, range, newestFirst, prepared, body) else { return }
        }
    }

    private func read(
        bundle index: Int, _ range: Range<Int>, _ newestFirst: Bool, _ filter: PreparedFilter,
        _ body: (AuditRecord) throws -> Bool
    ) throws -> Bool {
        let bytes = try bundle(index)
        return try bytes.withUnsafeBytes { buffer in
            let width = TilePath.width(.entries, index: index, inTreeOf: checkpoint.size)
            guard let pieces = EntryBundle.ranges(in: buffer, count: width) else {
                throw AuditError.altered(what: "the bundle of entry \(index * TileWidth.full) is cut off")
            }
            for position in 0..<width {
                let offset = newestFirst ? width - 1 - position : position
                let sequence = index * TileWidth.full + offset
                guard range.contains(sequence) else { continue }
                let entry = UnsafeRawBufferPointer(rebasing: buffer[pieces[offset]])
                guard let scanned = ScannedEntry(entry) else {
                    throw AuditError.altered(what: "entry \(sequence) can't be read")
                }
                guard filter.accepts(scanned, in: entry) else { continue }
                if try !body(AuditRecord(entry)) { return false }
            }
            return true
        }
    }

    func bundle(_ index: Int) throws -> [UInt8] {
        let width = TilePath.width(.entries, index: index, inTreeOf: checkpoint.size)
        let path = TilePath(.entries, index: index, width: width)
        guard let bytes = try files.entries(path) else { throw AuditError.missing(path: path.text) }
        return bytes
    }
}
