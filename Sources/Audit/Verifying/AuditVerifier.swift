import Dispatch
package import Foundation
import Synchronization

/// Verifies a log from its files and its public key alone: no network, no database, no trust in who wrote it.
package enum AuditVerifier {
    /// How far a verification is.
    package struct Progress: Sendable {
        package var entries: Int
        package var total: Int
    }

    /// Verifies an export or a log's own folder: the checkpoint's signature, every entry hashed again, the tiles, the
    /// root, that it continues a remembered checkpoint, and what the entries mean.
    ///
    /// Without `trustedKey` the key in the folder is believed, which a forger may have replaced; without `remembered` an
    /// older state of the log can't be told from the newest. Uses all cores, and holds 64 bundles at a time; blocks.
    /// Throws `AuditError.noLog` where there is no checkpoint, and `.file` when it can't be read; one that is no checkpoint is
    /// a finding.
    package static func verify(
        _ folder: String, trustedKey: VerifierKey? = nil, remembered: SignedCheckpoint? = nil, now: Date,
        progress: (Progress) -> Void = { _ in }
    ) throws -> VerificationReport {
        let files = LogFiles(folder: folder)
        let (checkpoint, key): (SignedCheckpoint, VerifierKey)
        do {
            guard let read = try files.checkpoint() else { throw AuditError.noLog(folder: folder) }
            guard let known = try trustedKey ?? storedKey(files) else {
                throw AuditError.missing(path: files.path(LogFiles.publicKeyName))
            }
            (checkpoint, key) = (read, known)
        } catch let error as AuditError where error.isDamage {
            var report = VerificationReport(origin: "an unreadable log", size: 0, root: "", key: "")
            report.add(.badSignature, "Nothing can be verified: \(error)")
            return report
        }
        var verification = Verification(files: files, checkpoint: checkpoint, key: key)
        verification.checkSignature()
        try verification.checkTiles()
        try verification.checkEntries(progress: progress)
        verification.finish(now: now)
        if let remembered { try verification.compare(with: remembered) }
        verification.report.sort()
        return verification.report
    }

    private static func storedKey(_ files: LogFiles) throws -> VerifierKey? {
        guard let bytes = try LogFiles.bytes(at: files.path(LogFiles.publicKeyName)) else { return nil }
        let path = files.path(LogFiles.publicKeyName)
        guard let key = VerifierKey(String(decoding: bytes, as: UTF8.self)) else {
            throw AuditError.badKey(path: path, why: "it is no Ed25519 key of a signed note")
        }
        return key
    }
}

extension AuditError {
    /// Whether a part of the log is there and is no such thing.
    fileprivate var isDamage: Bool {
        switch self {
        case .badCheckpoint, .badKey: true
        default: false
        }
    }
}

/// One verification under way.
private struct Verification {
    let files: LogFiles
    let checkpoint: SignedCheckpoint
    let key: VerifierKey
    var report: VerificationReport
    private var tree: TreeReader
    private var rules = MeaningRules()
    /// Whether signature, root and all tiles above level 0 hold.
    private var areTilesProved = false
    /// Bundles that are missing from the beginning on.
    private var missingBundles = 0

    init(files: LogFiles, checkpoint: SignedCheckpoint, key: VerifierKey) {
        self.files = files
        self.checkpoint = checkpoint
        self.key = key
        tree = TreeReader(folder: files.folder, size: checkpoint.size)
        report = VerificationReport(
            origin: checkpoint.origin, size: checkpoint.size, root: checkpoint.root.base64, key: key.description)
    }

    mutating func checkSignature() {
        guard checkpoint.origin != key.name || !checkpoint.isSigned(by: key) else { return }
        report.add(.badSignature, "The checkpoint is not signed by \(key.name) with the key \(key.identifierText).")
    }

    /// The tiles above level 0 against each other, and the root.
    mutating func checkTiles() throws {
        var level = 1
        while checkpoint.size >> (8 * level) > 0 {
            let count = checkpoint.size >> (8 * (level + 1))
            for index in 0..<count { try checkTile(TilePath(.hashes(level: level), index: index), above: level) }
            level += 1
        }
        do {
            guard try tree.root(at: checkpoint.size) != checkpoint.root else {
                areTilesProved = report.holds
                return
            }
            report.add(.rootMismatch, "The root of the tiles is not the one that the checkpoint signs.")
        } catch AuditError.missing(let path) {
            report.add(.tileMissing, "\(path) is missing or cut off, so that the root can't be told.")
        }
    }

    private mutating func checkTile(_ path: TilePath, above level: Int) throws {
        let first = path.index << (8 * (level + 1))
        guard let bytes = try files.hashes(path) else {
            return report.add(.tileMissing, entry: first, "\(path.text) is missing or cut off.")
        }
        let parent = try parents(of: path.index..<path.index + 1, level: level)[0]
        if let parent, bytes.withUnsafeBytes({ TreeHash.perfect($0) }) != parent {
            report.add(
                .tileAltered, entry: first, "\(path.text) was altered: its hash in the tile above is another one.")
        }
    }

    /// The hashes of tiles in the level above; nil for those that are not full or whose tile is missing.
    private func parents(of indexes: Range<Int>, level: Int) throws -> [TreeHash?] {
        var known: (index: Int, bytes: [UInt8]?) = (-1, nil)
        return try indexes.map { index in
            let kind = TilePath.Kind.hashes(level: level + 1)
            let above = index / TileWidth.full
            let width = TilePath.width(kind, index: above, inTreeOf: checkpoint.size)
            guard index % TileWidth.full < width else { return nil }
            if known.index != above { known = (above, try files.hashes(TilePath(kind, index: above, width: width))) }
            let offset = (index % TileWidth.full) * TreeHash.byteCount
            return known.bytes?.withUnsafeBytes {
                TreeHash(UnsafeRawBufferPointer(rebasing: $0[offset..<offset + TreeHash.byteCount]))
            }
        }
    }

    /// All entries, some bundles at a time on all cores; what they mean is put together in their order.
    mutating func checkEntries(progress: (AuditVerifier.Progress) -> Void) throws {
        let count = (checkpoint.size + TileWidth.full - 1) / TileWidth.full
        for start in stride(from: 0, to: count, by: Limits.bundlesInWave) {
            let wave = start..<min(count, start + Limits.bundlesInWave)
            for check in try checks(of: wave) { note(check) }
            progress(.init(entries: min(checkpoint.size, wave.upperBound * TileWidth.full), total: checkpoint.size))
        }
    }

    private func checks(of wave: Range<Int>) throws -> [BundleCheck] {
        let parents = try parents(of: wave, level: 0)
        let (files, size, isProved) = (files, checkpoint.size, areTilesProved)
        let results = Mutex([Result<BundleCheck, any Error>?](repeating: nil, count: wave.count))
        DispatchQueue.concurrentPerform(iterations: wave.count) { position in
            let result = Result {
                try BundleCheck(
                    index: wave.lowerBound + position, inTreeOf: size, files: files,
                    parent: parents[position].map { .init(hash: $0, isProved: isProved) })
            }
            results.withLock { $0[position] = result }
        }
        return try results.withLock { try $0.map { try $0!.get() } }
    }

    private mutating func note(_ check: BundleCheck) {
        let start = check.index * TileWidth.full
        if check.isMissing {
            if missingBundles == check.index, check.width == TileWidth.full {
                missingBundles += 1
            } else {
                report.add(.bundleMissing, entry: start, "The entries from \(start) on are missing.")
            }
            return
        }
        report.rehashed += check.rehashed
        for finding in check.findings { report.add(finding) }
        rules.add(check, minimum: missingBundles * TileWidth.full)
    }

    mutating func finish(now: Date) {
        let minimum = missingBundles * TileWidth.full
        report.minimum = minimum
        if minimum > rules.recordedMinimum {
            report.add(
                .bundleMissing, entry: rules.recordedMinimum,
                "The entries before \(minimum) are missing, and no entry records that they were pruned.")
        } else if minimum > 0 {
            report.notes.append("The entries before \(minimum) were pruned; they could not be hashed again.")
        }
        rules.finish(now: SealedEntry.microseconds(now))
        for finding in rules.findings { report.add(finding) }
        report.notes += rules.notes
    }

    mutating func compare(with remembered: SignedCheckpoint) throws {
        guard remembered.origin == checkpoint.origin, remembered.isSigned(by: key) else {
            return report.add(
                .rememberedForeign, "The remembered checkpoint is not signed by the key of this log (\(key.name)).")
        }
        guard remembered.size <= checkpoint.size else {
            return report.add(
                .rolledBack, entry: checkpoint.size,
                "The log has \(checkpoint.size) entries, and had \(remembered.size) when its checkpoint was remembered."
            )
        }
        do {
            if try tree.root(at: remembered.size) != remembered.root {
                report.add(
                    .inconsistent,
                    "The first \(remembered.size) entries are others than when the checkpoint was remembered.")
            }
        } catch AuditError.missing(let path) {
            report.add(
                .notComparable, "The remembered checkpoint can't be compared without \(path): use a newer one.")
        }
    }
}
