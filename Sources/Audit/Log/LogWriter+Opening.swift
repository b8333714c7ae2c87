import DurableFiles
import Foundation
import Glibc

extension LogWriter {
    /// Opens a log for writing, or begins one, and brings tiles and checkpoint up to what is durable.
    ///
    /// Throws `AuditError.writerElsewhere`, `.foreignCheckpoint`, or `.altered` when journal and tiles do not lead to
    /// the checkpoint that was signed: nothing is signed over a history that somebody changed.
    init(opening folder: String, signer: NoteSigningKey, journalBytes: Int = Limits.journalBytes) throws {
        precondition(signer.verifierKey.algorithm == .ed25519, "A log signs with a key of its own kind.")
        files = LogFiles(folder: folder)
        self.signer = signer
        self.journalBytes = journalBytes
        let journals = files.path(LogJournal.folderName)
        try FileManager.default.createDirectory(
            atPath: journals, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        lock = try FolderLock(folder: folder)
        let signed = try files.checkpoint()
        if let signed, !signed.isSigned(by: signer.verifierKey) {
            throw AuditError.foreignCheckpoint(origin: signed.origin)
        }
        let paths = LogJournal.paths(in: journals)
        let found = try paths.map(LogJournal.read)
        let start = found.first?.header.start ?? signed?.size ?? 0
        if signed == nil, start > 0 || access(files.path("tile"), F_OK) == 0 {
            throw AuditError.altered(what: "it has entries and no checkpoint")
        }
        var tree = TreeReader(folder: folder, size: max(start, signed?.size ?? 0))
        frontier = try TreeFrontier(size: start, openTiles: tree.openTiles(at: start))
        openBundle = try Self.openBundle(files, size: start)
        openIntents = [:]
        lateEntries = LateEntries()
        if let last = found.last, let path = paths.last {
            journal = try LogJournal(path: path, found: last)
        } else {
            journal = try LogJournal(folder: journals, header: .init(start: start))
        }
        checkpoint = try signed ?? SignedCheckpoint(size: 0, root: .empty, signer: signer)
        try replay(found, upTo: signed)
        if signed == nil { checkpoint = try sign(size: 0, root: .empty) }
        try DurableFile.write(signer.verifierKey.description + "\n", to: files.path(LogFiles.publicKeyName))
        _ = try fold()
        try leaveOlder(paths.dropLast())
    }

    /// Removes journals that a crash left behind when the next had begun.
    private func leaveOlder(_ journals: ArraySlice<String>) throws {
        guard !journals.isEmpty else { return }
        try DurableFile.synchronizeFileSystem(of: files.folder)
        for path in journals where unlink(path) != 0 { throw FileFault(operation: "delete", path: path) }
    }

    private mutating func replay(_ found: [LogJournal.Found], upTo signed: SignedCheckpoint?) throws {
        var tree = frontier
        var root = tree.size == signed?.size ? tree.root : nil
        var announced: [Int: DurableEntry] = [:]
        for (index, journal) in found.enumerated() {
            guard journal.header.start == tree.size, index == found.count - 1 || !journal.isTorn else {
                throw AuditError.altered(what: "its journal has a gap at entry \(tree.size)")
            }
            for intent in journal.header.openIntents { openIntents[intent.sequence] = intent }
            lateEntries = index == 0 ? journal.header.lateEntries : lateEntries
            for entry in journal.entries {
                try note(entry, as: tree.size, &announced)
                _ = tree.append(entry.hash)
                if tree.size == signed?.size { root = tree.root }
            }
        }
        for (sequence, entry) in announced {
            openIntents[sequence] = OpenIntent(try entry.bytes.withUnsafeBytes { try AuditRecord($0) })
        }
        guard let signed else { return }
        guard tree.size >= signed.size else {
            throw AuditError.altered(what: "it ends at entry \(tree.size) of \(signed.size)")
        }
        guard root == signed.root else {
            throw AuditError.altered(what: "the root of its first \(signed.size) entries is another one")
        }
    }

    /// Takes an entry of a journal; only what is still open at the end is decoded.
    private mutating func note(_ entry: DurableEntry, as sequence: Int, _ announced: inout [Int: DurableEntry]) throws {
        try entry.bytes.withUnsafeBytes { bytes in
            guard let scanned = ScannedEntry(bytes), scanned.sequence == sequence else {
                throw AuditError.altered(what: "its journal has another entry in the place of entry \(sequence)")
            }
            if bytes[scanned.phase].elementsEqual("intent".utf8) { announced[sequence] = entry }
            if let intent = scanned.intent {
                announced[intent] = nil
                openIntents[intent] = nil
            }
            if !scanned.flags.isEmpty, let id = try AuditRecord(bytes).details[AuditSpool.identifierDetail] {
                lateEntries.note(id, at: sequence)
            }
        }
        unfolded.append(entry)
        unfoldedBytes += entry.bytes.count
    }

    private static func openBundle(_ files: LogFiles, size: Int) throws -> [UInt8] {
        let width = size % TileWidth.full
        guard width > 0 else { return [] }
        let path = TilePath(.entries, index: size / TileWidth.full, width: width)
        guard let bytes = try files.entries(path) else { throw AuditError.missing(path: path.text) }
        let isWhole = bytes.withUnsafeBytes { EntryBundle.ranges(in: $0, count: width) != nil }
        guard isWhole else { throw AuditError.altered(what: "\(path.text) is cut off") }
        return bytes
    }
}
