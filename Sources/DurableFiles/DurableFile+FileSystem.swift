import CLinux
import Glibc

extension DurableFile {
    /// Makes everything durable that was written to the file system that holds `path`, in one call.
    package static func synchronizeFileSystem(of path: String) throws(FileFault) {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw FileFault(operation: "open", path: path) }
        defer { close(descriptor) }
        guard syncfs(descriptor) == 0 else { throw FileFault(operation: "synchronise", path: path) }
    }
}
