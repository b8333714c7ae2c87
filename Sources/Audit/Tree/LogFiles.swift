import DurableFiles
import Foundation
import Glibc

/// The files of a log: its checkpoint, tiles and bundles of entries.
struct LogFiles: Sendable {
    let folder: String

    static let checkpointName = "checkpoint"
    static let publicKeyName = "log.vkey"
    /// Names the first entry that has not been pruned.
    static let minimumName = "minimum"

    func path(_ name: String) -> String { "\(folder)/\(name)" }
    func path(_ tile: TilePath) -> String { "\(folder)/\(tile.text)" }

    /// A file's bytes; nil where there is none.
    static func bytes(at path: String) throws -> [UInt8]? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            if errno == ENOENT || errno == ENOTDIR { return nil }
            throw AuditError.file(FileFault(operation: "open", path: path))
        }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw AuditError.file(FileFault(operation: "read", path: path)) }
        let size = Int(status.st_size)
        var fault: FileFault?
        let bytes = [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
            while count < size {
                let got = read(descriptor, buffer.baseAddress! + count, size - count)
                if got < 0 && errno == EINTR { continue }
                if got < 0 { fault = FileFault(operation: "read", path: path) }
                guard got > 0 else { return }
                count += got
            }
        }
        if let fault { throw AuditError.file(fault) }
        return bytes
    }

    /// The hashes of a tile, `width` of them: from the part of that width, or the beginning of a wider one; nil where
    /// there is none of the right size.
    func hashes(_ tile: TilePath) throws -> [UInt8]? {
        let wanted = tile.width * TreeHash.byteCount
        for candidate in try candidates(tile) {
            guard let bytes = try Self.bytes(at: candidate) else { continue }
            if candidate == path(tile) { return bytes.count == wanted ? bytes : nil }
            if bytes.count >= wanted { return Array(bytes.prefix(wanted)) }
        }
        return nil
    }

    /// The first `width` entries of a bundle with their lengths, from the part of that width or a wider one.
    func entries(_ bundle: TilePath) throws -> [UInt8]? {
        for candidate in try candidates(bundle) {
            guard let bytes = try Self.bytes(at: candidate) else { continue }
            if candidate == path(bundle) { return bytes }
            if let end = EntryBundle.end(ofFirst: bundle.width, in: bytes) { return Array(bytes[..<end]) }
        }
        return nil
    }

    /// Files that hold a tile of at least this width, the exact one first.
    private func candidates(_ tile: TilePath) throws -> [String] {
        guard tile.width < TileWidth.full else { return [path(tile)] }
        let parts = path(tile.partsFolder)
        let wider = ((try? FileManager.default.contentsOfDirectory(atPath: parts)) ?? [])
            .compactMap(Int.init).filter { $0 > tile.width }.sorted()
        return [path(tile), path(tile.fullText)] + wider.map { "\(parts)/\($0)" }
    }

    /// The checkpoint as it is now.
    func checkpoint() throws -> SignedCheckpoint? {
        guard let bytes = try Self.bytes(at: path(Self.checkpointName)) else { return nil }
        return try SignedCheckpoint(String(decoding: bytes, as: UTF8.self))
    }

    /// The first entry that has not been pruned; 0 where nothing was.
    func minimum() throws -> Int {
        guard let bytes = try Self.bytes(at: path(Self.minimumName)) else { return 0 }
        let text = String(decoding: bytes, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
        guard let minimum = Int(text), minimum >= 0 else {
            throw AuditError.altered(what: "its file '\(Self.minimumName)' holds no number")
        }
        return minimum
    }
}

/// A bundle of entries: each one after its length in two bytes, the high one first.
enum EntryBundle {
    static func append(_ entry: some Collection<UInt8>, to bundle: inout [UInt8]) {
        bundle.append(UInt8(entry.count >> 8))
        bundle.append(UInt8(entry.count & 0xff))
        bundle += entry
    }

    /// Where each entry lies; nil unless there are exactly `count` of them and nothing after them.
    static func ranges(in bytes: UnsafeRawBufferPointer, count: Int) -> [Range<Int>]? {
        var ranges: [Range<Int>] = []
        ranges.reserveCapacity(count)
        var offset = 0
        while ranges.count < count {
            guard let range = next(at: offset, in: bytes) else { return nil }
            ranges.append(range)
            offset = range.upperBound
        }
        return offset == bytes.count ? ranges : nil
    }

    static func end(ofFirst count: Int, in bytes: [UInt8]) -> Int? {
        bytes.withUnsafeBytes { buffer in
            var offset = 0
            for _ in 0..<count {
                guard let range = next(at: offset, in: buffer) else { return nil }
                offset = range.upperBound
            }
            return offset
        }
    }

    private static func next(at offset: Int, in bytes: UnsafeRawBufferPointer) -> Range<Int>? {
        guard offset + 2 <= bytes.count else { return nil }
        let length = Int(bytes[offset]) << 8 | Int(bytes[offset + 1])
        let start = offset + 2
        return start + length <= bytes.count ? start..<start + length : nil
    }
}
