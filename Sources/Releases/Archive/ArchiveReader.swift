import CArchive
import Glibc
import Settings

/// Reads an archive's entries one after the other, and refuses those that no release may contain.
final class ArchiveReader {
    let archive: OpaquePointer
    private let input: HashingFile
    private var header: OpaquePointer?
    private var paths: Set<String> = []
    private var folders: Set<String> = [""]

    init(input: HashingFile) throws {
        guard let archive = archive_read_new() else {
            throw ReleaseError.unreadableArchive(path: input.path, reason: "there is no memory for it")
        }
        self.archive = archive
        self.input = input
        try check(archive_read_support_format_tar(archive))
        try check(archive_read_support_filter_zstd(archive))
        let client = Unmanaged.passUnretained(input).toOpaque()
        try check(archive_read_open(archive, client, nil, readThroughHash, nil))
    }

    deinit { archive_read_free(archive) }

    /// The next entry, or nil at the end of the archive.
    func next() throws -> ReleaseTreeEntry? {
        let result = archive_read_next_header(archive, &header)
        if result == ARCHIVE_EOF { return nil }
        try check(result)
        let path = try safePath()
        let entry = ReleaseTreeEntry(path: path, kind: try kind(of: path))
        guard paths.insert(path).inserted else {
            throw ReleaseError.entryRefused(path: path, reason: "the archive has it twice")
        }
        guard paths.count <= Limits.files else { throw ReleaseError.tooManyFiles(limit: Limits.files) }
        let parent = path.split(separator: "/").dropLast().joined(separator: "/")
        guard folders.contains(parent) else {
            throw ReleaseError.entryRefused(path: path, reason: "'\(parent)' is no folder of the archive")
        }
        if entry.kind == .folder { folders.insert(path) }
        return entry
    }

    /// Hands the current file's content to `body`, block by block and without holes; refuses more than `size` bytes.
    func content(of path: String, size: Int, _ body: (UnsafeRawBufferPointer) throws -> Void) throws {
        var done = 0
        while true {
            var block: UnsafeRawPointer?
            var count = 0
            var offset: Int64 = 0
            let result = archive_read_data_block(archive, &block, &count, &offset)
            if result == ARCHIVE_EOF { break }
            try check(result)
            guard Int(offset) == done, done + count <= size else {
                throw ReleaseError.entryRefused(path: path, reason: "its content has holes or is longer than announced")
            }
            try body(UnsafeRawBufferPointer(start: block, count: count))
            done += count
        }
        guard done == size else {
            throw ReleaseError.entryRefused(path: path, reason: "its content is shorter than announced")
        }
    }

    private func safePath() throws -> String {
        guard let name = archive_entry_pathname(header).flatMap({ String(validatingCString: $0) }) else {
            throw ReleaseError.entryRefused(path: "…", reason: "its name is not UTF-8")
        }
        let isFolder = archive_entry_filetype(header) == S_IFDIR
        let path = isFolder && name.hasSuffix("/") ? String(name.dropLast()) : name
        guard RelativePath.accepts(path) else {
            throw ReleaseError.entryRefused(path: name, reason: "its path is absolute, has '..' or is not plain")
        }
        return path
    }

    private func kind(of path: String) throws -> ReleaseTreeEntry.Kind {
        if let target = archive_entry_hardlink(header) {
            throw ReleaseError.entryRefused(path: path, reason: "it is a hard link to '\(String(cString: target))'")
        }
        switch archive_entry_filetype(header) {
        case S_IFREG:
            let isExecutable = archive_entry_perm(header) & 0o111 != 0
            return .file(size: Int(archive_entry_size(header)), isExecutable: isExecutable)
        case S_IFDIR:
            return .folder
        case S_IFLNK:
            let target = archive_entry_symlink(header).flatMap { String(validatingCString: $0) } ?? ""
            try ReleaseLink.checkWords(target, of: path)
            return .link(target: target)
        default:
            throw ReleaseError.entryRefused(path: path, reason: "it is a device, a pipe or a socket")
        }
    }

    private func check(_ result: Int32) throws {
        guard result == ARCHIVE_OK else {
            if let fault = input.fault { throw fault }
            let reason = archive_error_string(archive).map { String(cString: $0) } ?? "libarchive gives no reason"
            throw ReleaseError.unreadableArchive(path: input.path, reason: reason)
        }
    }
}

/// libarchive's way in: `client` is the `HashingFile` that the reader keeps alive.
private func readThroughHash(
    archive: OpaquePointer?, client: UnsafeMutableRawPointer?, block: UnsafeMutablePointer<UnsafeRawPointer?>?
) -> Int {
    guard let client else { return -1 }
    let file = Unmanaged<HashingFile>.fromOpaque(client).takeUnretainedValue()
    let count = file.fill()
    block?.pointee = UnsafeRawPointer(file.buffer.baseAddress)
    return count
}
