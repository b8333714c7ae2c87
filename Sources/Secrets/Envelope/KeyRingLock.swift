import DurableFiles
import Glibc

/// Keeps a key from being dropped from the ring while somebody seals a value under it.
struct KeyRingLock {
    /// Who holds it: many that seal, or one that changes the ring.
    enum Kind {
        case sealing
        case changing

        fileprivate var operation: Int32 { self == .sealing ? LOCK_SH : LOCK_EX }
    }

    /// Runs `body` while the ring's lock is held; waits for other holders at most `Limits.ringWait`.
    ///
    /// The kernel releases the lock of a killed process. A ring that cannot be written needs none: nobody changes it.
    static func hold<Value>(
        _ kind: Kind, of file: KeyRingFile, _ body: () async throws -> Value
    ) async throws -> Value {
        guard file.isWritable else { return try await body() }
        let path = "\(file.path).lock"
        let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw SecretsError.file(FileFault(operation: "open", path: path)) }
        defer { close(descriptor) }
        let deadline = ContinuousClock.now + Limits.ringWait
        while flock(descriptor, kind.operation | LOCK_NB) != 0 {
            guard errno == EWOULDBLOCK || errno == EINTR else {
                throw SecretsError.file(FileFault(operation: "lock", path: path))
            }
            guard .now < deadline else { throw SecretsError.keyRingBusy(path: file.path) }
            try await Task.sleep(for: .milliseconds(10))
        }
        return try await body()
    }
}
