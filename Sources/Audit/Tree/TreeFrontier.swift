/// The right edge of a tree that grows: what is needed to add entries and to tell the root.
///
/// Of each level it keeps the tile that is not full yet. Adding an entry may fill tiles, which are handed out once.
struct TreeFrontier: Sendable {
    /// A tile that has become full, or the part of one that is there.
    struct Tile {
        let level: Int
        let index: Int
        let bytes: [UInt8]
        var width: Int { bytes.count / TreeHash.byteCount }
    }

    private(set) var size: Int
    /// By level, the hashes of the tile that is not full.
    private var levels: [[UInt8]]

    init() {
        size = 0
        levels = []
    }

    /// The edge of a tree of so many entries, whose open tiles are given by level.
    init(size: Int, openTiles: [[UInt8]]) {
        self.size = size
        levels = openTiles
    }

    /// Adds an entry; answers the tiles that it filled, the lowest first.
    mutating func append(_ hash: TreeHash) -> [Tile] {
        var filled: [Tile] = []
        var hash = hash
        var level = 0
        while true {
            if levels.count == level { levels.append([]) }
            levels[level] += hash.bytes
            guard levels[level].count == TileWidth.full * TreeHash.byteCount else { break }
            let tile = Tile(level: level, index: size >> (8 * (level + 1)), bytes: levels[level])
            filled.append(tile)
            hash = tile.bytes.withUnsafeBytes { TreeHash.perfect($0) }
            levels[level].removeAll()
            level += 1
        }
        size += 1
        return filled
    }

    /// The tiles that are there in part.
    var openTiles: [Tile] {
        levels.indices.filter { !levels[$0].isEmpty }.map {
            Tile(level: $0, index: size >> (8 * ($0 + 1)), bytes: levels[$0])
        }
    }

    /// The root of the tree.
    var root: TreeHash {
        var root: TreeHash?
        for hashes in levels {
            hashes.withUnsafeBytes { bytes in
                for part in TileWidth.perfectParts(of: bytes.count / TreeHash.byteCount).reversed() {
                    let range = part.lowerBound * TreeHash.byteCount..<part.upperBound * TreeHash.byteCount
                    let hash = TreeHash.perfect(UnsafeRawBufferPointer(rebasing: bytes[range]))
                    root = root.map { TreeHash.node(hash, $0) } ?? hash
                }
            }
        }
        return root ?? .empty
    }
}

/// How wide tiles are.
enum TileWidth {
    static let full = 256

    /// Cuts the first `count` leaves into perfect subtrees, the largest first.
    static func perfectParts(of count: Int) -> [Range<Int>] {
        var parts: [Range<Int>] = []
        var start = 0
        while start < count {
            let width = 1 << (Int.bitWidth - 1 - (count - start).leadingZeroBitCount)
            parts.append(start..<start + width)
            start += width
        }
        return parts
    }
}
