import Foundation
import TestSupport
import Testing

@testable import Audit

/// The tree against the definitions of RFC 6962, written down as they stand there.
struct TreeTests {
    private static func leaves(_ count: Int) -> [TreeHash] { (0..<count).map { .leaf(Data("entry \($0)".utf8)) } }

    private static func root(_ leaves: ArraySlice<TreeHash>) -> TreeHash {
        guard leaves.count > 1 else { return leaves.first ?? .empty }
        var half = 1
        while half * 2 < leaves.count { half *= 2 }
        return .node(root(leaves.prefix(half)), root(leaves.dropFirst(half)))
    }

    private static func frontier(_ leaves: [TreeHash]) -> (TreeFrontier, [TreeFrontier.Tile]) {
        var frontier = TreeFrontier()
        let tiles = leaves.flatMap { frontier.append($0) }
        return (frontier, tiles)
    }

    @Test func `the root of nothing is the hash of nothing`() {
        #expect(TreeFrontier().root.base64 == "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=")
    }

    @Test func `the root is the RFC's for every size up to 600 entries`() {
        let leaves = Self.leaves(600)
        var frontier = TreeFrontier()
        for size in 1...600 {
            _ = frontier.append(leaves[size - 1])
            #expect(frontier.root == Self.root(leaves[..<size]), "\(size)")
        }
    }

    @Test func `a tree of 70,000 entries has the tiles that tlog-tiles names`() {
        let leaves = Self.leaves(70_000)
        let (frontier, tiles) = Self.frontier(leaves)
        #expect(tiles.filter { $0.level == 0 }.count == 273 && tiles.filter { $0.level == 1 }.count == 1)
        #expect(frontier.openTiles.map(\.level) == [0, 1, 2] && frontier.openTiles.map(\.width) == [112, 17, 1])
        #expect(frontier.openTiles.map(\.index) == [273, 1, 0])
        #expect(frontier.root == Self.root(leaves[...]))
    }

    @Test func `every proof of growth up to 40 entries holds, and none for another tree`() async throws {
        let leaves = Self.leaves(40)
        try await withTemporaryFolder { folder in
            for size in 1...40 {
                try write(Array(leaves.prefix(size)), to: "\(folder)/\(size)")
                var tree = TreeReader(folder: "\(folder)/\(size)", size: size)
                let new = (size: size, root: Self.root(leaves[..<size]))
                for earlier in 0...size {
                    let old = (size: earlier, root: Self.root(leaves[..<earlier]))
                    #expect(try tree.root(at: earlier) == old.root)
                    let proof = try tree.consistencyProof(from: earlier)
                    #expect(ConsistencyProof.holds(proof, from: old, to: new), "\(earlier) to \(size)")
                    expectRefusals(of: proof, from: old, to: new)
                }
            }
        }
    }

    private func expectRefusals(
        of proof: [TreeHash], from old: (size: Int, root: TreeHash), to new: (size: Int, root: TreeHash)
    ) {
        let other = TreeHash.leaf(Data("another".utf8))
        #expect(!ConsistencyProof.holds(proof + [other], from: old, to: new))
        for index in proof.indices {
            var changed = proof
            changed[index] = other
            #expect(!ConsistencyProof.holds(changed, from: old, to: new))
            changed.remove(at: index)
            #expect(!ConsistencyProof.holds(changed, from: old, to: new))
        }
        guard old.size > 0 else { return }
        #expect(!ConsistencyProof.holds(proof, from: (old.size, other), to: new))
        #expect(!ConsistencyProof.holds(proof, from: old, to: (new.size, other)))
    }

    private func write(_ leaves: [TreeHash], to folder: String) throws {
        for tile in Self.frontier(leaves).0.openTiles {
            let path = TilePath(.hashes(level: tile.level), index: tile.index, width: tile.width)
            let url = URL(filePath: "\(folder)/\(path.text)")
            try FileManager.default.createDirectory(
                at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
            try Data(tile.bytes).write(to: url)
        }
    }

    @Test(arguments: [
        (TilePath(.hashes(level: 0), index: 0), "tile/0/000"),
        (TilePath(.hashes(level: 3), index: 1_234_067, width: 5), "tile/3/x001/x234/067.p/5"),
        (TilePath(.entries, index: 999), "tile/entries/999"),
        (TilePath(.entries, index: 1_000, width: 255), "tile/entries/x001/000.p/255"),
    ])
    func `a tile lies where tlog-tiles says`(path: TilePath, text: String) {
        #expect(path.text == text)
    }
}
