import Glibc

/// What one bundle of 256 entries tells: whether it is what the tree says, and what the entries mean.
struct BundleCheck: Sendable {
    typealias Finding = VerificationReport.Finding

    /// An intent without result in this bundle, or a result for an intent before it.
    struct Announcement: Sendable {
        let sequence: Int
        /// The intent that is answered; nil where this is an intent.
        let answers: Int?
        /// When, in microseconds.
        let at: Int
    }

    let index: Int
    let width: Int
    /// Whether the bundle is not there.
    private(set) var isMissing = false
    private(set) var rehashed = 0
    private(set) var findings: [Finding] = []
    private(set) var announcements: [Announcement] = []
    /// Entries that the rules of approvals, reviews and pruning look at.
    private(set) var remarkable: [AuditRecord] = []
    /// The time of the first entry.
    private(set) var firstTime: Int?
    /// The latest time of its entries.
    private(set) var lastTime = 0

    private var start: Int { index * TileWidth.full }

    /// The hash of a full bundle in the tile above its own.
    struct Parent: Sendable {
        let hash: TreeHash
        /// Whether the tiles lead from it to the root that is signed.
        let isProved: Bool
    }

    /// Checks the bundle against its tile, and both against the hash above where it is full.
    init(index: Int, inTreeOf size: Int, files: LogFiles, parent: Parent?) throws {
        self.index = index
        width = TilePath.width(.entries, index: index, inTreeOf: size)
        let path = TilePath(.entries, index: index, width: width)
        guard let bytes = try files.entries(path) else {
            isMissing = true
            return
        }
        let tilePath = TilePath(.hashes(level: 0), index: index, width: width)
        let stored = try files.hashes(tilePath)
        if stored == nil { add(.tileMissing, start, "\(tilePath.text) is missing or cut off.") }
        bytes.withUnsafeBytes { buffer in
            guard let ranges = EntryBundle.ranges(in: buffer, count: width) else {
                return add(.bundleCut, start, "\(path.text) does not hold exactly \(width) entries.")
            }
            withUnsafeTemporaryAllocation(byteCount: width * TreeHash.byteCount, alignment: 8) { hashes in
                for (offset, range) in ranges.enumerated() {
                    TreeHash.leaf(UnsafeRawBufferPointer(rebasing: buffer[range]))
                        .store(in: hashes, at: offset * TreeHash.byteCount)
                }
                rehashed = width
                compare(UnsafeRawBufferPointer(hashes), stored, parent, tilePath)
            }
            read(buffer, ranges)
        }
    }

    private mutating func add(_ kind: Finding.Kind, _ entry: Int, _ sentence: String) {
        findings.append(Finding(kind: kind, entry: entry, sentence: sentence))
    }

    /// Says whose fault a difference is: the hash above counts where it is proved, and else two of three.
    private mutating func compare(
        _ computed: UnsafeRawBufferPointer, _ stored: [UInt8]?, _ parent: Parent?, _ tile: TilePath
    ) {
        let holds = parent.map { TreeHash.perfect(computed) == $0.hash } ?? true
        let different = stored?.withUnsafeBytes { Self.differences(computed, $0) } ?? []
        if let stored, let parent, stored.withUnsafeBytes({ TreeHash.perfect($0) }) != parent.hash {
            guard !different.isEmpty || parent.isProved else {
                return add(.tileAltered, start, "The tile above \(tile.text) was altered: it has another hash for it.")
            }
            add(.tileAltered, start, "\(tile.text) was altered: its hash in the tile above is another one.")
        }
        if parent != nil, holds { return }
        for offset in different {
            add(
                .entryAltered, start + offset,
                "Entry \(start + offset) was altered: its hash is not the one in \(tile.text).")
        }
        if different.isEmpty, !holds {
            add(.entryAltered, start, "An entry from \(start) on was altered: their hash in the tree is another one.")
        }
    }

    /// Which of two tiles' hashes are not equal.
    private static func differences(_ one: UnsafeRawBufferPointer, _ other: UnsafeRawBufferPointer) -> [Int] {
        guard memcmp(one.baseAddress!, other.baseAddress!, one.count) != 0 else { return [] }
        return (0..<one.count / TreeHash.byteCount).filter { offset in
            let start = offset * TreeHash.byteCount
            return memcmp(one.baseAddress! + start, other.baseAddress! + start, TreeHash.byteCount) != 0
        }
    }
}

extension BundleCheck {
    private mutating func read(_ buffer: UnsafeRawBufferPointer, _ ranges: [Range<Int>]) {
        var open: [Bool] = Array(repeating: false, count: width)
        var times: [Int] = Array(repeating: 0, count: width)
        for (offset, range) in ranges.enumerated() {
            let entry = UnsafeRawBufferPointer(rebasing: buffer[range])
            let sequence = start + offset
            guard let scanned = ScannedEntry(entry) else {
                add(.entryMalformed, sequence, "Entry \(sequence) has not the form of an entry.")
                continue
            }
            if scanned.sequence != sequence {
                add(.wrongSequence, sequence, "Entry \(sequence) says that it is entry \(scanned.sequence).")
            }
            firstTime = firstTime ?? scanned.at
            lastTime = max(lastTime, scanned.at)
            times[offset] = scanned.at
            note(scanned, entry, offset, &open)
            noteIfRemarkable(scanned, entry)
        }
        for offset in 0..<width where open[offset] {
            announcements.append(Announcement(sequence: start + offset, answers: nil, at: times[offset]))
        }
        announcements.sort { $0.sequence < $1.sequence }
    }

    private mutating func note(
        _ scanned: ScannedEntry, _ entry: UnsafeRawBufferPointer, _ offset: Int, _ open: inout [Bool]
    ) {
        let phase = UnsafeRawBufferPointer(rebasing: entry[scanned.phase])
        if EntryScanner.holds("event", phase) { return }
        if EntryScanner.holds("intent", phase) {
            open[offset] = true
            return
        }
        guard EntryScanner.holds("result", phase) else {
            return add(.entryMalformed, start + offset, "Entry \(start + offset) is neither intent, result nor event.")
        }
        let intent = scanned.intent ?? -1
        if intent >= start, intent < start + offset, open[intent - start] {
            open[intent - start] = false
        } else {
            announcements.append(Announcement(sequence: start + offset, answers: intent, at: scanned.at))
        }
    }

    private static let remarkableActions: [StaticString] = [
        "deployment.open", "database.contract", "approval.grant", "audit.prune", "audit.under_way",
    ]

    private mutating func noteIfRemarkable(_ scanned: ScannedEntry, _ entry: UnsafeRawBufferPointer) {
        let action = UnsafeRawBufferPointer(rebasing: entry[scanned.action])
        let isRemarkable =
            Self.remarkableActions.contains { EntryScanner.holds($0, action) }
            || action.starts(with: "break_glass.".utf8)
        // Few entries have any flag.
        guard isRemarkable || !scanned.flags.isEmpty else { return }
        if let record = try? AuditRecord(entry) {
            remarkable.append(record)
        } else {
            add(.entryMalformed, scanned.sequence, "Entry \(scanned.sequence) has not the form of an entry.")
        }
    }
}
