import DurableFiles
import Glibc

/// Keeps a folder to one writer for as long as this value lives; the kernel releases it with the process.
final class FolderLock: Sendable {
    private let descriptor: Int32

    init(folder: String) throws(AuditError) {
        let path = "\(folder)/.lock"
        descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw .file(FileFault(operation: "open", path: path)) }
        while flock(descriptor, LOCK_EX | LOCK_NB) != 0 {
            if errno == EINTR { continue }
            let code = errno
            close(descriptor)
            guard code == EWOULDBLOCK else { throw .file(FileFault(operation: "lock", path: path, code: code)) }
            throw .writerElsewhere(folder: folder)
        }
    }

    deinit { close(descriptor) }
}
