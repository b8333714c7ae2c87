/// Where a tile or a bundle of entries lies below a log's folder, as C2SP's tlog-tiles has it.
struct TilePath: Hashable, Sendable {
    /// Hashes of a level, or the entries themselves.
    enum Kind: Hashable, Sendable {
        case hashes(level: Int)
        case entries
    }

    let kind: Kind
    let index: Int
    /// 1 to 255 for a part of a tile, 256 for a full one.
    let width: Int

    init(_ kind: Kind, index: Int, width: Int = TileWidth.full) {
        self.kind = kind
        self.index = index
        self.width = width
    }

    /// The path without a part's width.
    var fullText: String {
        let folder =
            switch kind {
            case .hashes(let level): "tile/\(level)/"
            case .entries: "tile/entries/"
            }
        return folder + Self.digits(of: index)
    }

    /// The folder in which the parts of this tile lie.
    var partsFolder: String { "\(fullText).p" }

    var text: String { width == TileWidth.full ? fullText : "\(partsFolder)/\(width)" }

    /// The width that this tile has in a tree of so many entries; 0 when the tree does not reach it.
    static func width(_ kind: Kind, index: Int, inTreeOf size: Int) -> Int {
        let level = if case .hashes(let level) = kind { level } else { 0 }
        let hashes = size >> (8 * level)
        return max(0, min(TileWidth.full, hashes - index * TileWidth.full))
    }

    private static func digits(of index: Int) -> String {
        var text = padded(index % 1_000)
        var rest = index / 1_000
        while rest > 0 {
            text = "x\(padded(rest % 1_000))/\(text)"
            rest /= 1_000
        }
        return text
    }

    private static func padded(_ number: Int) -> String {
        let text = String(number)
        return String(repeating: "0", count: 3 - text.count) + text
    }
}
