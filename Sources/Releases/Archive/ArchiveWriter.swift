import CArchive
import DurableFiles
import Glibc

/// Writes a reproducible archive: a pax tar in which nothing tells who made it, when and where, compressed with zstd.
///
/// The bytes are the same on every machine that has the same versions of libarchive and libzstd.
final class ArchiveWriter {
    private let archive: OpaquePointer
    private let output: HashingFile

    init(output: HashingFile) throws {
        guard let archive = archive_write_new() else {
            throw FileFault(operation: "write", path: output.path, code: ENOMEM)
        }
        self.archive = archive
        self.output = output
        try check(archive_write_set_format_pax_restricted(archive))
        try check(archive_write_add_filter_zstd(archive))
        try check(archive_write_set_filter_option(archive, "zstd", "compression-level", Limits.compressionLevel))
        try check(archive_write_set_bytes_in_last_block(archive, 1))
        let client = Unmanaged.passUnretained(output).toOpaque()
        try check(archive_write_open(archive, client, nil, writeThroughHash, nil))
    }

    deinit { archive_write_free(archive) }

    /// Appends an entry; a file's content is read from below `root`. Returns the bytes of the file.
    @discardableResult
    func append(_ entry: ReleaseTreeEntry, from root: String) throws -> Int {
        guard let header = archive_entry_new() else {
            throw FileFault(operation: "write", path: output.path, code: ENOMEM)
        }
        defer { archive_entry_free(header) }
        archive_entry_set_pathname(header, entry.path)
        archive_entry_set_perm(header, entry.mode)
        archive_entry_set_mtime(header, 0, 0)
        switch entry.kind {
        case .folder:
            archive_entry_set_filetype(header, S_IFDIR)
            try check(archive_write_header(archive, header))
            return 0
        case .link(let target):
            archive_entry_set_filetype(header, S_IFLNK)
            archive_entry_set_symlink(header, target)
            try check(archive_write_header(archive, header))
            return 0
        case .file(let size, _):
            archive_entry_set_filetype(header, S_IFREG)
            archive_entry_set_size(header, Int64(size))
            try check(archive_write_header(archive, header))
            try copyContent(of: entry, size: size, from: root)
            return size
        }
    }

    /// Writes the end of the archive and makes it durable.
    func finish() throws {
        try check(archive_write_close(archive))
        try output.synchronize()
    }

    private func copyContent(of entry: ReleaseTreeEntry, size: Int, from root: String) throws {
        let input = try HashingFile(reading: "\(root)/\(entry.path)")
        let status = try input.status()
        guard status.st_mode & S_IFMT == S_IFREG, Int(status.st_size) == size else {
            throw ReleaseError.changedWhilePacking(path: entry.path)
        }
        var copied = 0
        while true {
            let count = input.fill()
            if count < 0, let fault = input.fault { throw fault }
            if count == 0 { break }
            copied += count
            guard copied <= size else { break }
            guard archive_write_data(archive, input.buffer.baseAddress, count) == count else { throw failure }
        }
        guard copied == size else { throw ReleaseError.changedWhilePacking(path: entry.path) }
    }

    private func check(_ result: Int32) throws {
        guard result == ARCHIVE_OK else { throw failure }
    }

    private var failure: any Error {
        if let fault = output.fault { return fault }
        let reason = archive_error_string(archive).map { String(cString: $0) } ?? "libarchive gives no reason"
        return ReleaseError.unreadableArchive(path: output.path, reason: reason)
    }
}

/// libarchive's way out: `client` is the `HashingFile` that the writer keeps alive.
private func writeThroughHash(
    archive: OpaquePointer?, client: UnsafeMutableRawPointer?, bytes: UnsafeRawPointer?, count: Int
) -> Int {
    guard let client else { return -1 }
    let file = Unmanaged<HashingFile>.fromOpaque(client).takeUnretainedValue()
    return file.write(UnsafeRawBufferPointer(start: bytes, count: count))
}
