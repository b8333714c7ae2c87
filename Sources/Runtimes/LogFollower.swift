import Foundation
import Glibc

/// Reads a log as it grows, through every rotation: it keeps file and folder open whatever their names become.
///
/// Nothing is read ahead of the reader: the log files are the buffer.
package actor LogFollower {
    /// The folder as it was opened: one that is made later under its name is another log.
    private let folder: Int32
    private let log: ServiceLog
    private var file: Int32
    private var pending = Data()
    /// Lines with an earlier time stamp are passed over.
    private var start: String?

    /// Nil when there is no such log folder.
    init?(log: ServiceLog, at start: LogStart) {
        folder = open(log.folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard folder >= 0 else { return nil }
        self.log = ServiceLog(folder: "/proc/self/fd/\(folder)")
        file = self.log.open(at: start)
        if case .time(let stamp) = start { self.start = stamp }
    }

    deinit {
        if file >= 0 { close(file) }
        if folder >= 0 { close(folder) }
    }

    /// The lines after those read so far, at most about `Limits.logLineBytes` of them; empty while there are none, nil
    /// once all are read and the log was removed.
    package func newLines() -> [String]? {
        while true {
            guard let lines = readChunk() else {
                if moveOn() { continue }
                return isRemoved ? nil : []
            }
            let wanted = passOver(lines)
            if !wanted.isEmpty { return wanted }
        }
    }

    /// Whole lines of the next bytes, or nil at the end of the file.
    private func readChunk() -> [String]? {
        guard file >= 0 else { return nil }
        var buffer = [UInt8](repeating: 0, count: Limits.logLineBytes)
        let count = read(file, &buffer, buffer.count)
        guard count > 0 else { return nil }
        pending.append(contentsOf: buffer[..<count])
        var parts = pending.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        pending = Data(parts.removeLast())
        if pending.count > Limits.logLineBytes {
            parts.append(pending)
            pending = Data()
        }
        return parts.map { String(decoding: $0, as: UTF8.self) }
    }

    private func passOver(_ lines: [String]) -> [String] {
        guard let stamp = start else { return lines }
        let wanted = lines.drop { $0 < stamp }
        if !wanted.isEmpty { start = nil }
        return Array(wanted)
    }

    /// Opens the file after the one that was read to its end, when there is one.
    private func moveOn() -> Bool {
        let own = file < 0 ? nil : inode(file)
        guard let newest = inode(log.current), newest != own else { return false }
        let files = log.rotated() + [log.current]
        let position = files.firstIndex { own != nil && inode($0) == own }
        // svlogd may have written between our last read and the rotation.
        if position != nil, !isAtEnd { return true }
        let following = position.map { files[($0 + 1)...] } ?? files[...]
        guard let path = following.first else { return false }
        let opened = log.openForReading(path)
        guard opened >= 0 else { return false }
        if file >= 0 { close(file) }
        file = opened
        return true
    }

    private var isAtEnd: Bool {
        var status = stat()
        return fstat(file, &status) != 0 || lseek(file, 0, SEEK_CUR) >= status.st_size
    }

    private var isRemoved: Bool {
        var status = stat()
        return fstat(folder, &status) != 0 || status.st_nlink == 0
    }

    private func inode(_ path: String) -> ino_t? {
        var status = stat()
        return stat(path, &status) == 0 ? status.st_ino : nil
    }

    private func inode(_ descriptor: Int32) -> ino_t? {
        var status = stat()
        return fstat(descriptor, &status) == 0 ? status.st_ino : nil
    }
}
