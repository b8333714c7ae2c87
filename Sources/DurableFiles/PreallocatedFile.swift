import CLinux
package import Foundation
import Glibc

/// A small file that can be replaced on a full disk: its two copies own their blocks from the start.
///
/// The new content goes into the spare copy (in place, fsync), then the two change names in one system call
/// (`renameat2` with `RENAME_EXCHANGE`). A crash leaves the old or the new content, never a mixture, and no step
/// needs a free block. Content is padded to `capacity` with the byte that its format ignores.
package struct PreallocatedFile: Sendable {
    package let path: String
    /// Bytes that the file always has.
    package let capacity: Int
    /// What fills the rest: a newline for text formats that skip empty lines, a space for JSON.
    package let padding: UInt8
    private let mode: mode_t

    private var spare: String { path + ".spare" }

    /// Opens the file, or makes it (with `initial` in it) where it is missing; needs free blocks only then.
    package init(
        path: String, capacity: Int = 4_096, padding: UInt8 = UInt8(ascii: "\n"), initial: Data = Data(),
        mode: mode_t = 0o600
    ) throws {
        self.path = path
        self.capacity = capacity
        self.padding = padding
        self.mode = mode
        if !isWhole(path) { try DurableFile.write(padded(contentOfAnotherSize ?? initial), to: path, mode: mode) }
        if !isWhole(spare) { try DurableFile.write(padded(Data()), to: spare, mode: mode) }
    }

    /// The content, padding included.
    package func read() throws(FileFault) -> Data {
        guard let data = FileManager.default.contents(atPath: path) else {
            throw FileFault(operation: "read", path: path)
        }
        return data
    }

    /// Replaces the content; durable when it returns.
    package func replace(with data: Data) throws {
        let content = try padded(data)
        let descriptor = open(spare, O_WRONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw FileFault(operation: "open", path: spare) }
        defer { close(descriptor) }
        try DurableFile.writeAll(content, to: descriptor, at: 0, path: spare)
        guard fsync(descriptor) == 0 else { throw FileFault(operation: "synchronise", path: spare) }
        guard renameat2(AT_FDCWD, spare, AT_FDCWD, path, switchyard_rename_exchange) == 0 else {
            throw FileFault(operation: "exchange", path: path)
        }
        try DurableFile.synchronizeFolder(of: path)
    }

    private func padded(_ data: Data) throws -> Data {
        guard data.count <= capacity else { throw TooLarge(path: path, size: data.count, capacity: capacity) }
        return data + Data(repeating: padding, count: capacity - data.count)
    }

    /// What a version with another capacity left, its padding taken off; nil where there is nothing.
    private var contentOfAnotherSize: Data? {
        guard let data = FileManager.default.contents(atPath: path),
            let last = data.lastIndex(where: { $0 != padding })
        else { return nil }
        return Data(data[...last])
    }

    private func isWhole(_ path: String) -> Bool {
        var status = stat()
        return stat(path, &status) == 0 && status.st_size == off_t(capacity)
    }

    /// Content that does not fit the blocks set aside for it.
    package struct TooLarge: Error, Equatable, CustomStringConvertible {
        package let path: String
        package let size: Int
        package let capacity: Int
        package var description: String { "\(size) bytes do not fit the \(capacity) set aside for \(path)." }
    }
}
