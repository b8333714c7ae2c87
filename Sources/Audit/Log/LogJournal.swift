import DurableFiles
import Foundation
import Glibc

/// The file in which entries become durable, one fdatasync for many, before they are folded into tiles.
///
/// Each frame is the length of an entry (four bytes, the high one first), the first eight bytes of its leaf hash, and
/// the entry. The first frame is a header that says with which entry the file begins and what was open then. Only the
/// last journal can have a torn tail, of entries that nobody was told are recorded.
struct LogJournal: Sendable {
    /// What is known where a journal begins.
    struct Header: Codable, Equatable, Sendable {
        var format = 1
        /// The sequence number of the first entry.
        var start: Int
        var openIntents: [OpenIntent] = []
        var lateEntries = LateEntries()
    }

    /// A journal as it was found.
    struct Found {
        let header: Header
        let entries: [DurableEntry]
        /// Where the last whole frame ends.
        let end: Int
        let isTorn: Bool
    }

    let path: String
    let start: Int
    private let file: OpenFile
    /// Bytes that are durable and of whole entries.
    private(set) var end: Int
    /// Whether bytes lie beyond `end` that could not be taken away.
    private var isDirty = false

    static let folderName = "journal"
    private static let frameHead = 12

    /// Begins a new journal; durable when it returns.
    init(folder: String, header: Header) throws(AuditError) {
        let number = String(header.start)
        path = "\(folder)/\(String(repeating: "0", count: max(0, 19 - number.count)))\(number)"
        start = header.start
        do {
            let encoded = try JSONEncoder().encode(header)
            var frame: [UInt8] = []
            Self.append(Array(encoded), hash: .leaf(encoded), to: &frame)
            try DurableFile.write(Data(frame), to: path, mode: 0o600)
            end = frame.count
            file = try OpenFile(path: path, flags: O_RDWR)
        } catch {
            // The journal before goes on, so none may seem to continue it.
            unlink(path)
            throw AuditError(error)
        }
    }

    /// Goes on with a journal that was found, and cuts its torn tail.
    init(path: String, found: Found) throws(AuditError) {
        self.path = path
        start = found.header.start
        end = found.end
        file = try OpenFile(path: path, flags: O_RDWR)
        isDirty = found.isTorn
        try clean()
    }

    /// The journals of a folder, the oldest first.
    static func paths(in folder: String) -> [String] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        return names.filter { Int($0) != nil }.sorted().map { "\(folder)/\($0)" }
    }

    /// Reads a journal; throws `AuditError.altered` when it has no header.
    static func read(_ path: String) throws -> Found {
        guard let bytes = try LogFiles.bytes(at: path) else { throw AuditError.missing(path: path) }
        var entries: [DurableEntry] = []
        var header: Header?
        var end = 0
        while let (entry, next) = frame(at: end, in: bytes) {
            if header == nil {
                header = try? JSONDecoder().decode(Header.self, from: Data(entry.bytes))
                guard header != nil else { break }
            } else {
                entries.append(entry)
            }
            end = next
        }
        guard let header, header.format == 1 else {
            throw AuditError.altered(what: "its journal \(path) has no header of a known format")
        }
        return Found(header: header, entries: entries, end: end, isTorn: end < bytes.count)
    }

    /// Writes whole frames and makes them durable. After an error nothing of them counts.
    mutating func append(_ frames: [UInt8]) throws(AuditError) {
        try clean()
        isDirty = true
        try file.write(frames, at: end)
        try file.synchronize()
        end += frames.count
        isDirty = false
    }

    static func append(_ entry: [UInt8], hash: TreeHash, to frames: inout [UInt8]) {
        withUnsafeBytes(of: UInt32(entry.count).bigEndian) { frames += $0 }
        frames += hash.bytes.prefix(8)
        frames += entry
    }

    /// Takes away what a failed write left.
    private mutating func clean() throws(AuditError) {
        guard isDirty else { return }
        try file.truncate(to: end)
        try file.synchronize()
        isDirty = false
    }

    private static func frame(at offset: Int, in bytes: [UInt8]) -> (DurableEntry, next: Int)? {
        guard offset + frameHead <= bytes.count else { return nil }
        let length = bytes[offset..<offset + 4].reduce(0) { $0 << 8 | Int($1) }
        let start = offset + frameHead
        guard length > 0, start + length <= bytes.count else { return nil }
        let entry = DurableEntry(Array(bytes[start..<start + length]))
        guard entry.hash.bytes.prefix(8) == bytes[offset + 4..<start] else { return nil }
        return (entry, start + length)
    }
}

/// An entry that will not be lost, with its leaf hash.
struct DurableEntry: Sendable {
    let bytes: [UInt8]
    let hash: TreeHash

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
        hash = .leaf(bytes)
    }
}

/// A file that is open for as long as this value lives.
final class OpenFile: Sendable {
    let path: String
    private let descriptor: Int32

    init(path: String, flags: Int32) throws(AuditError) {
        self.path = path
        descriptor = open(path, flags | O_CLOEXEC)
        guard descriptor >= 0 else { throw .file(FileFault(operation: "open", path: path)) }
    }

    deinit { close(descriptor) }

    func write(_ bytes: [UInt8], at offset: Int) throws(AuditError) {
        var written = 0
        while written < bytes.count {
            let count = bytes.withUnsafeBytes {
                pwrite(descriptor, $0.baseAddress! + written, bytes.count - written, off_t(offset + written))
            }
            if count < 0 && errno == EINTR { continue }
            guard count > 0 else { throw .file(FileFault(operation: "write", path: path)) }
            written += count
        }
    }

    func truncate(to size: Int) throws(AuditError) {
        guard ftruncate(descriptor, off_t(size)) == 0 else { throw .file(FileFault(operation: "shorten", path: path)) }
    }

    func synchronize() throws(AuditError) {
        guard fdatasync(descriptor) == 0 else { throw .file(FileFault(operation: "synchronise", path: path)) }
    }
}
