import Foundation
import Glibc

/// The log folder of a service as svlogd keeps it: `current`, and older files named by their time.
struct ServiceLog: Sendable {
    let folder: String

    var current: String { "\(folder)/current" }

    /// Older files, oldest first: their names are TAI64N labels, which sort by time.
    func rotated() -> [String] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        return names.filter { $0.hasPrefix("@") }.sorted().map { "\(folder)/\($0)" }
    }

    /// The last lines of all files, at most `Limits.logTailBytes` of each.
    func lines(last count: Int) -> [String] {
        var lines: [String] = []
        for path in ([current] + rotated().reversed()) where lines.count < count {
            lines = tail(of: path) + lines
        }
        return lines.suffix(count)
    }

    /// The last lines of one file.
    private func tail(of path: String) -> [String] {
        guard let file = FileHandle(forReadingAtPath: path), let size = try? file.seekToEnd() else { return [] }
        let start = size > UInt64(Limits.logTailBytes) ? size - UInt64(Limits.logTailBytes) : 0
        guard (try? file.seek(toOffset: start)) != nil, let data = try? file.read(upToCount: Limits.logTailBytes) else {
            return []
        }
        let lines = data.split(separator: UInt8(ascii: "\n")).map { String(decoding: $0, as: UTF8.self) }
        return start > 0 ? Array(lines.dropFirst()) : lines
    }
}

// MARK: - Where following begins

/// Where the reading of a log begins.
package enum LogStart: Equatable, Sendable {
    /// All that there is.
    case beginning
    /// That many lines before the end.
    case last(Int)
    /// The first line whose time stamp is this one or a later one.
    case time(String)
}

extension ServiceLog {
    /// Opens the file in which a reader begins, at its place in it; -1 while there is none.
    func open(at start: LogStart) -> Int32 {
        switch start {
        case .beginning: (rotated() + [current]).lazy.map(openForReading).first { $0 >= 0 } ?? -1
        case .last(let count): open(beforeEnd: count)
        case .time(let stamp): open(before: stamp)
        }
    }

    func openForReading(_ path: String) -> Int32 { Glibc.open(path, O_RDONLY | O_CLOEXEC) }

    /// Goes back from the newest file until enough lines lie ahead, at most `Limits.logTailBytes` into each.
    private func open(beforeEnd count: Int) -> Int32 {
        var missing = count
        var found: Int32 = -1
        for path in [current] + rotated().reversed() {
            let descriptor = openForReading(path)
            guard descriptor >= 0 else { continue }
            if found >= 0 { close(found) }
            found = descriptor
            let lines = seek(descriptor, linesBeforeEnd: missing)
            guard lines < missing else { break }
            missing -= lines
        }
        return found
    }

    /// Sets a file to its last lines; answers how many of them it has.
    private func seek(_ descriptor: Int32, linesBeforeEnd count: Int) -> Int {
        let size = lseek(descriptor, 0, SEEK_END)
        guard count > 0 else { return 0 }
        let from = max(0, size - off_t(Limits.logTailBytes))
        var tail = [UInt8](repeating: 0, count: Int(size - from))
        let read = max(0, pread(descriptor, &tail, tail.count, from))
        let ends = tail[..<read].indices.filter { tail[$0] == UInt8(ascii: "\n") }
        // The first line of a tail may be half a line, which its end leaves out.
        let starts = (from == 0 ? [0] : []) + ends.map { $0 + 1 }
        let lines = max(0, starts.count - 1)
        lseek(descriptor, from + off_t(starts.suffix(min(count, lines) + 1).first ?? read), SEEK_SET)
        return lines
    }

    /// Opens the newest file that begins before a time, or else the oldest.
    private func open(before stamp: String) -> Int32 {
        var found: Int32 = -1
        for path in [current] + rotated().reversed() {
            let descriptor = openForReading(path)
            guard descriptor >= 0 else { continue }
            if found >= 0 { close(found) }
            found = descriptor
            var first = [UInt8](repeating: 0, count: stamp.utf8.count)
            let read = max(0, pread(descriptor, &first, first.count, 0))
            if read > 0, String(decoding: first[..<read], as: UTF8.self) < stamp { break }
        }
        return found
    }
}
