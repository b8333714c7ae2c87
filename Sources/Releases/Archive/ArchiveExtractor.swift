import CArchive
import Crypto
import DurableFiles
import Glibc

/// Writes an archive's entries below a folder, through libarchive's secure extraction.
final class ArchiveExtractor {
    private let reader: ArchiveReader
    private let disk: OpaquePointer
    private let root: String

    /// `root` must be a path without links.
    init(input: HashingFile, root: String) throws {
        reader = try ArchiveReader(input: input)
        self.root = root
        guard let disk = archive_write_disk_new() else {
            throw FileFault(operation: "unpack into", path: root, code: ENOMEM)
        }
        self.disk = disk
        // The entries' own paths were checked before the root was put before them, which is what NOABSOLUTEPATHS does.
        let flags =
            ARCHIVE_EXTRACT_SECURE_SYMLINKS | ARCHIVE_EXTRACT_SECURE_NODOTDOT | ARCHIVE_EXTRACT_NO_OVERWRITE
            | ARCHIVE_EXTRACT_PERM
        try check(archive_write_disk_set_options(disk, flags), at: root)
    }

    deinit { archive_write_free(disk) }

    /// Writes all entries; returns what was written, for later comparison.
    func extract(_ progress: ReleaseProgress.Report) throws -> [UnpackedRecord.Entry] {
        var written: [UnpackedRecord.Entry] = []
        var state = ReleaseProgress(phase: .unpacking, files: 0, bytes: 0)
        while let entry = try reader.next() {
            if case .file(let size, _) = entry.kind { state.bytes += size }
            guard state.bytes <= Limits.bytes else { throw ReleaseError.tooLarge(limitBytes: Limits.bytes) }
            written.append(try write(entry))
            state.files += 1
            progress(state)
        }
        // Closing sets the folders' permissions, which had to stay open for writing until now.
        try check(archive_write_close(disk), at: root)
        for entry in written where entry.kind == .link {
            try ReleaseLink.checkDestination(of: entry.path, in: root)
        }
        return written
    }

    /// Writes one entry from a header made anew: nothing of the archive's owners, attributes or flags gets through.
    private func write(_ entry: ReleaseTreeEntry) throws -> UnpackedRecord.Entry {
        let path = "\(root)/\(entry.path)"
        guard let header = archive_entry_new() else {
            throw FileFault(operation: "unpack", path: path, code: ENOMEM)
        }
        defer { archive_entry_free(header) }
        archive_entry_set_pathname(header, path)
        archive_entry_set_perm(header, entry.mode)
        var record = UnpackedRecord.Entry(path: entry.path, kind: .folder, mode: entry.mode)
        switch entry.kind {
        case .folder:
            archive_entry_set_filetype(header, S_IFDIR)
            try check(archive_write_header(disk, header), at: path)
        case .link(let target):
            archive_entry_set_filetype(header, S_IFLNK)
            archive_entry_set_symlink(header, target)
            try check(archive_write_header(disk, header), at: path)
            (record.kind, record.mode, record.target) = (.link, 0, target)
        case .file(let size, _):
            archive_entry_set_filetype(header, S_IFREG)
            archive_entry_set_size(header, Int64(size))
            try check(archive_write_header(disk, header), at: path)
            (record.kind, record.size) = (.file, size)
            record.sha256 = try writeContent(of: entry, size: size)
        }
        try check(archive_write_finish_entry(disk), at: path)
        return record
    }

    private func writeContent(of entry: ReleaseTreeEntry, size: Int) throws -> String {
        var hash = SHA256()
        try reader.content(of: entry.path, size: size) { block in
            hash.update(bufferPointer: block)
            guard archive_write_data(disk, block.baseAddress, block.count) == block.count else {
                throw FileFault(operation: "unpack", path: "\(root)/\(entry.path)", code: archive_errno(disk))
            }
        }
        return hash.finalize().hexadecimal
    }

    private func check(_ result: Int32, at path: String) throws {
        guard result == ARCHIVE_OK else {
            let code = archive_errno(disk)
            if code > 0 { throw FileFault(operation: "unpack", path: path, code: code) }
            let reason = archive_error_string(disk).map { String(cString: $0) } ?? "libarchive gives no reason"
            throw ReleaseError.entryRefused(path: path, reason: reason)
        }
    }
}
