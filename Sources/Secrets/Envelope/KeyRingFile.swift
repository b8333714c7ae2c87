import DurableFiles
package import Foundation
import Glibc

/// The file of the key ring, outside the database: mode 0400, or a credential that systemd hands over.
package struct KeyRingFile: Sendable {
    package let path: String

    package init(path: String) { self.path = path }

    /// The file of this name in the folder that systemd's `LoadCredential=` makes, `$CREDENTIALS_DIRECTORY`.
    package init(credential name: String, in folder: String) {
        path = "\(folder)/\(name)"
    }

    package var exists: Bool { access(path, F_OK) == 0 }

    /// Makes a ring with one key; throws `keyRingExists` rather than replace one.
    @discardableResult
    package func make(at now: Date) throws -> KeyRing {
        guard !exists else { throw SecretsError.keyRingExists(path: path) }
        let ring = KeyRing(madeAt: now)
        // Made aside and linked, which the system refuses where somebody else was faster.
        let aside = KeyRingFile(path: "\(path).\(getpid()).new")
        try aside.replace(with: ring)
        defer { unlink(aside.path) }
        guard link(aside.path, path) == 0 else {
            guard errno != EEXIST else { throw SecretsError.keyRingExists(path: path) }
            throw SecretsError.file(FileFault(operation: "create", path: path))
        }
        return ring
    }

    /// Reads the ring; refuses a file that others than its owner could read or write.
    package func load() throws -> KeyRing {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else {
            guard errno != ENOENT else { throw SecretsError.keyRingMissing(path: path) }
            throw SecretsError.file(FileFault(operation: "open", path: path))
        }
        defer { close(descriptor) }
        try check(descriptor)
        let data = try read(descriptor)
        do {
            return try KeyRing(decoding: data)
        } catch let damaged {
            throw SecretsError.keyRingDamaged(path: path, reason: damaged.reason)
        }
    }

    /// Replaces the ring whole; durable when it returns.
    func replace(with ring: KeyRing) throws {
        guard isWritable else { throw SecretsError.keyRingReadOnly(path: path) }
        do {
            try DurableFile.write(ring.encoded(), to: path, mode: 0o400)
        } catch let fault as FileFault {
            throw SecretsError.file(fault)
        }
    }

    /// Whether its folder can be written; that of systemd's credentials cannot, not even by root.
    var isWritable: Bool {
        let folder = (path as NSString).deletingLastPathComponent
        return access(folder.isEmpty ? "." : folder, W_OK) == 0
    }

    private func check(_ descriptor: Int32) throws {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else {
            throw SecretsError.file(FileFault(operation: "examine", path: path))
        }
        guard status.st_mode & S_IFMT == S_IFREG else { throw SecretsError.keyRingNoFile(path: path) }
        guard status.st_mode & 0o177 == 0 else {
            throw SecretsError.keyRingOpen(path: path, mode: status.st_mode & 0o7777)
        }
        guard status.st_uid == geteuid() || status.st_uid == 0 else {
            throw SecretsError.keyRingOwner(path: path, user: status.st_uid)
        }
        guard status.st_size <= Limits.ringBytes else {
            throw SecretsError.keyRingDamaged(path: path, reason: "it has more than \(Limits.ringBytes) bytes")
        }
    }

    private func read(_ descriptor: Int32) throws -> Data {
        var data = Data(count: Limits.ringBytes + 1)
        let count = data.withUnsafeMutableBytes { Glibc.read(descriptor, $0.baseAddress!, $0.count) }
        guard count >= 0 else { throw SecretsError.file(FileFault(operation: "read", path: path)) }
        return data.prefix(count)
    }
}
