/// Tells hashes of a log's tree from its tiles: roots of earlier sizes, and proofs.
package struct TreeReader {
    private let files: LogFiles
    /// Entries of the tree whose tiles are read.
    package let size: Int
    private var cache: [TilePath: [UInt8]] = [:]

    /// Reads the tiles below a log's folder, as far as a checkpoint of so many entries has them.
    package init(folder: String, size: Int) {
        files = LogFiles(folder: folder)
        self.size = size
    }

    /// The root of the tree when it had so many entries.
    ///
    /// Throws `AuditError.missing` where a tile is not there.
    package mutating func root(at earlier: Int) throws -> TreeHash {
        precondition(earlier <= size, "A tree can't tell the root of a later one.")
        return earlier == 0 ? .empty : try hash(of: 0..<earlier)
    }

    /// The proof that the tree grew from an earlier size by adding alone (RFC 6962, section 2.1.2).
    package mutating func consistencyProof(from earlier: Int) throws -> [TreeHash] {
        guard earlier > 0, earlier < size else { return [] }
        return try proof(from: earlier, in: 0..<size, isWhole: true)
    }

    /// The open tiles of a tree of an earlier size, by level.
    mutating func openTiles(at earlier: Int) throws -> [[UInt8]] {
        var levels: [[UInt8]] = []
        while earlier >> (8 * levels.count) > 0 {
            let level = levels.count
            let width = (earlier >> (8 * level)) & 0xff
            let index = earlier >> (8 * (level + 1))
            levels.append(width == 0 ? [] : try hashes(TilePath(.hashes(level: level), index: index, width: width)))
        }
        return levels
    }

    private mutating func proof(from earlier: Int, in range: Range<Int>, isWhole: Bool) throws -> [TreeHash] {
        if earlier == range.upperBound { return isWhole ? [] : [try hash(of: range)] }
        let middle = range.lowerBound + Self.split(of: range.count)
        if earlier <= middle {
            return try proof(from: earlier, in: range.lowerBound..<middle, isWhole: isWhole)
                + [hash(of: middle..<range.upperBound)]
        }
        return try proof(from: earlier, in: middle..<range.upperBound, isWhole: false)
            + [hash(of: range.lowerBound..<middle)]
    }

    private mutating func hash(of range: Range<Int>) throws -> TreeHash {
        let count = range.count
        if count & (count - 1) == 0 { return try perfect(height: count.trailingZeroBitCount, start: range.lowerBound) }
        let middle = range.lowerBound + Self.split(of: count)
        return try .node(hash(of: range.lowerBound..<middle), hash(of: middle..<range.upperBound))
    }

    /// The largest power of two below a count.
    static func split(of count: Int) -> Int { 1 << (Int.bitWidth - 1 - (count - 1).leadingZeroBitCount) }

    /// The hash above 2^height entries from `start`, a multiple of that, on.
    private mutating func perfect(height: Int, start: Int) throws -> TreeHash {
        let level = height / 8
        let width = 1 << (height % 8)
        let first = start >> (8 * level)
        let index = first / TileWidth.full
        let kind = TilePath.Kind.hashes(level: level)
        let path = TilePath(kind, index: index, width: TilePath.width(kind, index: index, inTreeOf: size))
        let offset = (first % TileWidth.full) * TreeHash.byteCount
        let bytes = try hashes(path)
        return bytes.withUnsafeBytes { buffer in
            TreeHash.perfect(UnsafeRawBufferPointer(rebasing: buffer[offset..<offset + width * TreeHash.byteCount]))
        }
    }

    private mutating func hashes(_ path: TilePath) throws -> [UInt8] {
        if let known = cache[path] { return known }
        guard let bytes = try files.hashes(path) else { throw AuditError.missing(path: path.text) }
        if cache.count >= Limits.cachedTiles { cache.removeAll() }
        cache[path] = bytes
        return bytes
    }
}
