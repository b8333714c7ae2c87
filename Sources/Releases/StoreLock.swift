import DurableFiles
import Glibc

/// Keeps two processes from adding to one store at the same time.
enum StoreLock {
    /// Runs `body` while the store's lock is held; waits for another holder at most `Limits.lockWait`.
    ///
    /// Blocks the thread, so it belongs on one that may be blocked. The kernel releases the lock of a killed process.
    static func hold<Value>(in folder: String, _ body: () throws -> Value) throws -> Value {
        let path = "\(folder)/.lock"
        let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw FileFault(operation: "open", path: path) }
        defer { close(descriptor) }
        let clock = ContinuousClock()
        let deadline = clock.now + Limits.lockWait
        while flock(descriptor, LOCK_EX | LOCK_NB) != 0 {
            guard errno == EWOULDBLOCK || errno == EINTR else { throw FileFault(operation: "lock", path: path) }
            guard clock.now < deadline else { throw ReleaseError.storeBusy(folder: folder) }
            usleep(20_000)
        }
        return try body()
    }
}
