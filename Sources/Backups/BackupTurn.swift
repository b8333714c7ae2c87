import Glibc

/// The right to write in a folder of backups, which one process has at a time; the kernel takes it back from the dead.
struct BackupTurn {
    private let descriptor: Int32

    /// Throws `BackupError.busy` when another has it.
    init(folder: String) throws {
        descriptor = open("\(folder)/.turn", O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0, flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            if descriptor >= 0 { close(descriptor) }
            throw BackupError.busy(folder: folder)
        }
    }

    func end() {
        close(descriptor)
    }
}
