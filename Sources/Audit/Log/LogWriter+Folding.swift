import DurableFiles
import Foundation
import Glibc

extension LogWriter {
    /// Puts everything durable into tiles and bundles and signs the checkpoint of it.
    ///
    /// Tiles are not synchronised one by one: the journal keeps what they hold until a whole file system was. After an
    /// error everything is as before, and the next call tries again.
    mutating func fold() throws -> SignedCheckpoint {
        guard !unfolded.isEmpty else { return checkpoint }
        var tree = frontier
        var bundle = openBundle
        for entry in unfolded {
            EntryBundle.append(entry.bytes, to: &bundle)
            let filled = tree.append(entry.hash)
            guard tree.size % TileWidth.full == 0 else { continue }
            try publish(bundle, as: TilePath(.entries, index: tree.size / TileWidth.full - 1))
            bundle.removeAll(keepingCapacity: true)
            for tile in filled { try publish(tile) }
        }
        for tile in tree.openTiles { try publish(tile) }
        let width = tree.size % TileWidth.full
        if width > 0 {
            try publish(bundle, as: TilePath(.entries, index: tree.size / TileWidth.full, width: width))
        }
        checkpoint = try sign(size: tree.size, root: tree.root)
        frontier = tree
        openBundle = bundle
        unfolded.removeAll(keepingCapacity: true)
        unfoldedBytes = 0
        if journal.end > journalBytes { try beginJournal() }
        return checkpoint
    }

    /// Signs a checkpoint and publishes it; durable when it returns.
    func sign(size: Int, root: TreeHash) throws -> SignedCheckpoint {
        let checkpoint = try SignedCheckpoint(size: size, root: root, signer: signer)
        try DurableFile.write(checkpoint.description, to: files.path(LogFiles.checkpointName))
        return checkpoint
    }

    /// Begins a new journal with the next entry, once all tiles are durable, and removes the old one.
    mutating func beginJournal() throws {
        precondition(unfolded.isEmpty, "A journal can only be left when everything is in tiles.")
        guard journal.start < frontier.size else { return }
        try DurableFile.synchronizeFileSystem(of: files.folder)
        let header = LogJournal.Header(
            start: frontier.size, openIntents: openIntents.values.sorted { $0.sequence < $1.sequence },
            lateEntries: lateEntries)
        let old = journal
        journal = try LogJournal(folder: files.path(LogJournal.folderName), header: header)
        unlink(old.path)
        removeParts(from: old.start)
    }

    /// Removes the parts of tiles that have become full since a journal began; full tiles took their place.
    private func removeParts(from start: Int) {
        var level = 0
        while frontier.size >> (8 * (level + 1)) > 0 {
            let full = (start >> (8 * (level + 1)))..<(frontier.size >> (8 * (level + 1)))
            for index in full { remove(TilePath(.hashes(level: level), index: index).partsFolder) }
            if level == 0 { for index in full { remove(TilePath(.entries, index: index).partsFolder) } }
            level += 1
        }
    }

    private func remove(_ name: String) { try? FileManager.default.removeItem(atPath: files.path(name)) }

    private func publish(_ tile: TreeFrontier.Tile) throws {
        try publish(tile.bytes, as: TilePath(.hashes(level: tile.level), index: tile.index, width: tile.width))
    }

    /// Gives a file its name when it is whole; one that is there with this content stays.
    private func publish(_ bytes: [UInt8], as tile: TilePath) throws {
        let path = files.path(tile)
        if access(path, F_OK) == 0, try LogFiles.bytes(at: path) == bytes { return }
        let temporary = files.path("incoming")
        var descriptor = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { throw FileFault(operation: "create", path: temporary) }
        close(descriptor)
        descriptor = -1
        do {
            try OpenFile(path: temporary, flags: O_WRONLY).write(bytes, at: 0)
            if rename(temporary, path) != 0 {
                guard errno == ENOENT else { throw FileFault(operation: "rename", path: temporary) }
                try makeFolder(of: path)
                guard rename(temporary, path) == 0 else { throw FileFault(operation: "rename", path: temporary) }
            }
        } catch {
            unlink(temporary)
            throw error
        }
    }

    private func makeFolder(of path: String) throws {
        let folder = (path as NSString).deletingLastPathComponent
        do {
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        } catch {
            // Asked again, because only the system call itself tells the reason.
            guard mkdir(folder, 0o755) == 0 else { throw FileFault(operation: "create", path: folder) }
        }
    }
}
