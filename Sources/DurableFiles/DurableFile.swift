package import Foundation
import Glibc

/// A file operation that the system refused.
package struct FileFault: Error, Equatable, CustomStringConvertible {
    /// What was tried: "write", "rename".
    package let operation: String
    package let path: String
    /// The system's `errno`.
    package let code: Int32

    package init(operation: String, path: String, code: Int32 = errno) {
        self.operation = operation
        self.path = path
        self.code = code
    }

    package var isDiskFull: Bool { code == ENOSPC || code == EDQUOT }

    package var description: String {
        let cause = String(cString: strerror(code))
        let remedy = isDiskFull ? " Free some space on that disk and try again." : ""
        return "Could not \(operation) \(path): \(cause).\(remedy)"
    }
}

/// Files that are either entirely the old ones or entirely the new ones, whatever happens meanwhile.
package enum DurableFile {
    /// Replaces a file's content so that a crash leaves the old or the new content: temporary file, fsync, rename,
    /// fsync of the folder.
    package static func write(_ data: Data, to path: String, mode: mode_t = 0o644) throws(FileFault) {
        let temporary = "\(path).\(getpid()).tmp"
        do throws(FileFault) {
            try create(temporary, holding: data, mode: mode)
            guard rename(temporary, path) == 0 else { throw FileFault(operation: "rename", path: temporary) }
        } catch {
            unlink(temporary)
            throw error
        }
        try synchronizeFolder(of: path)
    }

    /// Replaces a text file's content; see `write(_:to:mode:)`.
    package static func write(_ text: String, to path: String, mode: mode_t = 0o644) throws(FileFault) {
        try write(Data(text.utf8), to: path, mode: mode)
    }

    /// Makes the entries of the folder that holds `path` durable.
    package static func synchronizeFolder(of path: String) throws(FileFault) {
        let folder = (path as NSString).deletingLastPathComponent
        let descriptor = open(folder.isEmpty ? "." : folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw FileFault(operation: "open", path: folder) }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw FileFault(operation: "synchronise", path: folder) }
    }

    static func create(_ path: String, holding data: Data, mode: mode_t) throws(FileFault) {
        let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode)
        guard descriptor >= 0 else { throw FileFault(operation: "create", path: path) }
        defer { close(descriptor) }
        guard fchmod(descriptor, mode) == 0 else { throw FileFault(operation: "set the mode of", path: path) }
        try writeAll(data, to: descriptor, at: 0, path: path)
        guard fsync(descriptor) == 0 else { throw FileFault(operation: "synchronise", path: path) }
    }

    static func writeAll(_ data: Data, to descriptor: Int32, at offset: Int, path: String) throws(FileFault) {
        var written = 0
        while written < data.count {
            let count = data.withUnsafeBytes { bytes in
                pwrite(descriptor, bytes.baseAddress! + written, data.count - written, off_t(offset + written))
            }
            if count < 0 && errno == EINTR { continue }
            guard count > 0 else { throw FileFault(operation: "write", path: path) }
            written += count
        }
    }
}
