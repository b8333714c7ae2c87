import DurableFiles
import Glibc
import Settings

/// One file, folder or link of a release, by its path inside the release.
struct ReleaseTreeEntry: Equatable {
    enum Kind: Equatable {
        case file(size: Int, isExecutable: Bool)
        case folder
        case link(target: String)
    }

    let path: String
    let kind: Kind

    /// The mode in every archive and on every disk, whatever the author's umask was.
    var mode: mode_t {
        switch kind {
        case .file(_, let isExecutable): isExecutable ? 0o755 : 0o644
        case .folder, .link: 0o755
        }
    }
}

/// What a folder contains, in the byte order of the paths; refuses whatever may not be part of a release.
///
/// Git's own files (`.git`, at the root and of submodules) are left out: they are history, and differ for the same content.
struct ReleaseTree {
    let root: String
    var entries: [ReleaseTreeEntry]

    /// Walks the folder.
    init(root: String) throws {
        guard let resolved = ReleaseLink.realPath(root) else { throw FileFault(operation: "open", path: root) }
        var walk = Walk(root: resolved)
        try walk.visit("")
        self.root = resolved
        entries = walk.entries.sorted { $0.path.utf8.lexicographicallyPrecedes($1.path.utf8) }
    }

    func isFolder(_ path: String) -> Bool {
        entries.contains { $0.path == path && $0.kind == .folder }
    }

    func isFile(_ path: String) -> Bool {
        entries.contains { entry in
            guard entry.path == path, case .file = entry.kind else { return false }
            return true
        }
    }

    /// Whether the path is there and a file that can be executed; nil when it is not there.
    func isExecutable(_ path: String) -> Bool? {
        guard entries.contains(where: { $0.path == path }) else { return nil }
        var status = stat()
        guard stat("\(root)/\(path)", &status) == 0 else { return nil }
        return status.st_mode & S_IFMT == S_IFREG && status.st_mode & 0o111 != 0
    }
}

/// The walk through a folder, with what it has found so far.
private struct Walk {
    let root: String
    var entries: [ReleaseTreeEntry] = []
    var bytes = 0

    mutating func visit(_ folder: String) throws {
        for name in try names(in: folder) {
            let path = folder.isEmpty ? name : "\(folder)/\(name)"
            let entry = ReleaseTreeEntry(path: path, kind: try kind(of: path))
            entries.append(entry)
            guard entries.count <= Limits.files else { throw ReleaseError.tooManyFiles(limit: Limits.files) }
            if entry.kind == .folder { try visit(path) }
        }
    }

    private func names(in folder: String) throws -> [String] {
        let path = folder.isEmpty ? root : "\(root)/\(folder)"
        guard let stream = opendir(path) else { throw FileFault(operation: "open", path: path) }
        defer { closedir(stream) }
        var names: [String] = []
        errno = 0
        while let entry = readdir(stream) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(validatingCString: $0) }
            }
            guard let name else {
                throw ReleaseError.entryRefused(path: "\(folder)/…", reason: "a name in this folder is not UTF-8")
            }
            if ![".", "..", ".git"].contains(name) { names.append(name) }
            guard names.count <= Limits.files else { throw ReleaseError.tooManyFiles(limit: Limits.files) }
            errno = 0
        }
        guard errno == 0 else { throw FileFault(operation: "list", path: path) }
        return names
    }

    private mutating func kind(of path: String) throws -> ReleaseTreeEntry.Kind {
        guard RelativePath.accepts(path) else {
            throw ReleaseError.entryRefused(
                path: path, reason: "its name has control characters or is longer than \(RelativePath.limitBytes) bytes"
            )
        }
        var status = stat()
        guard lstat("\(root)/\(path)", &status) == 0 else { throw FileFault(operation: "inspect", path: path) }
        switch status.st_mode & S_IFMT {
        case S_IFREG:
            bytes += Int(status.st_size)
            guard bytes <= Limits.bytes else { throw ReleaseError.tooLarge(limitBytes: Limits.bytes) }
            return .file(size: Int(status.st_size), isExecutable: status.st_mode & 0o111 != 0)
        case S_IFDIR: return .folder
        case S_IFLNK: return .link(target: try ReleaseLink.target(of: path, in: root))
        case S_IFSOCK: throw ReleaseError.entryRefused(path: path, reason: "it is a socket")
        case S_IFIFO: throw ReleaseError.entryRefused(path: path, reason: "it is a pipe")
        default: throw ReleaseError.entryRefused(path: path, reason: "it is a device")
        }
    }
}
