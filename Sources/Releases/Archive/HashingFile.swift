import Crypto
import Domain
import DurableFiles
import Glibc

/// A file descriptor that hashes what goes through it; libarchive's callbacks read and write through it.
final class HashingFile {
    let path: String
    /// Bytes that went through.
    private(set) var size = 0
    /// Why the last read or write failed, since libarchive does not carry it.
    private(set) var fault: FileFault?
    private let descriptor: Int32
    private var hash = SHA256()
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: Limits.bufferBytes, alignment: 16)

    /// Creates the file for writing, for its owner only; it must not exist.
    init(creating path: String) throws(FileFault) {
        self.path = path
        descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw FileFault(operation: "create", path: path) }
    }

    /// Opens the file for reading, never through a link.
    init(reading path: String) throws(FileFault) {
        self.path = path
        descriptor = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC)
        guard descriptor >= 0 else { throw FileFault(operation: "open", path: path) }
    }

    deinit {
        close(descriptor)
        buffer.deallocate()
    }

    /// The digest of what went through so far.
    var digest: ArtifactDigest { ArtifactDigest(unchecked: hash.finalize().hexadecimal) }

    /// Writes all the bytes; returns how many, or -1 with `fault` set.
    func write(_ bytes: UnsafeRawBufferPointer) -> Int {
        var written = 0
        while written < bytes.count {
            let count = Glibc.write(descriptor, bytes.baseAddress! + written, bytes.count - written)
            if count < 0 && errno == EINTR { continue }
            guard count > 0 else {
                fault = FileFault(operation: "write", path: path)
                return -1
            }
            written += count
        }
        hash.update(bufferPointer: bytes)
        size += written
        return written
    }

    /// Fills the buffer; returns how many bytes, 0 at the end, or -1 with `fault` set.
    func fill() -> Int {
        while true {
            let count = Glibc.read(descriptor, buffer.baseAddress!, buffer.count)
            if count < 0 && errno == EINTR { continue }
            guard count >= 0 else {
                fault = FileFault(operation: "read", path: path)
                return -1
            }
            hash.update(bufferPointer: UnsafeRawBufferPointer(rebasing: buffer[..<count]))
            size += count
            return count
        }
    }

    /// Reads what is left, so that the digest is the whole file's.
    func drain() throws(FileFault) {
        while true {
            let count = fill()
            if let fault, count < 0 { throw fault }
            if count == 0 { return }
        }
    }

    /// Makes what was written durable.
    func synchronize() throws(FileFault) {
        guard fsync(descriptor) == 0 else { throw FileFault(operation: "synchronise", path: path) }
    }

    /// What the open descriptor is: its size and mode cannot be those of another file of that name.
    func status() throws(FileFault) -> stat {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw FileFault(operation: "inspect", path: path) }
        return status
    }
}

extension Sequence<UInt8> {
    /// Two lower-case hexadecimal digits a byte.
    var hexadecimal: String {
        let digits = Array("0123456789abcdef".utf8)
        return String(decoding: flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
    }
}
