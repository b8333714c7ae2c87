import Glibc

/// A place in a buffer where a literal stands.
struct LiteralMatch: Equatable {
    var start: Int
    var end: Int
    /// The secret that the literal is a form of.
    var owner: Int32
}

/// All texts that are looked for, sorted: one array tells both what stands at a place and what may begin there.
///
/// Each has 4 bytes at least. Their memory is overwritten at the end.
final class LiteralSet: Sendable {
    /// The literals one after the other. Written in `init` alone.
    private nonisolated(unsafe) let text: UnsafeMutableRawBufferPointer
    /// Where each begins in `text`, and where the last ends.
    private let offsets: [Int]
    private let owners: [Int32]
    /// The longest other literal that a literal begins with; -1 where there is none.
    private let shorter: [Int32]
    /// The first four bytes of the literals, each once and in order, and the first literal that begins so.
    private let heads: [UInt32]
    private let headStarts: [Int]
    /// A bit for each hash of such four bytes: most places of a text are dismissed by one look at it.
    private let filter: [UInt64]
    /// Whether a byte stands in any literal.
    private let isUsed: [Bool]
    let longest: Int

    /// Bytes of the shortest literal.
    static let headBytes = 4
    private static let filterBits: UInt32 = 18

    /// `literals` with the number of the secret that each is a form of.
    init(_ literals: [[UInt8]: Int32]) {
        let sorted = literals.sorted { $0.key.lexicographicallyPrecedes($1.key) }
        precondition(sorted.allSatisfy { $0.key.count >= Self.headBytes }, "A literal has 4 bytes at least.")
        offsets = sorted.reduce(into: [0]) { $0.append($0[$0.count - 1] + $1.key.count) }
        owners = sorted.map(\.value)
        longest = sorted.map(\.key.count).max() ?? 0
        text = .allocate(byteCount: offsets[sorted.count], alignment: 1)
        for (index, literal) in sorted.enumerated() {
            text[offsets[index]..<offsets[index + 1]].copyBytes(from: literal.key)
        }
        shorter = Self.shorter(sorted.map(\.key))
        let own = sorted.map { Self.head($0.key) }
        headStarts = own.indices.filter { $0 == 0 || own[$0 - 1] != own[$0] } + [own.count]
        heads = headStarts.dropLast().map { own[$0] }
        filter = heads.reduce(into: Array(repeating: 0, count: 1 << (Int(Self.filterBits) - 6))) { filter, head in
            let hash = Self.hash(head.bigEndian)
            filter[Int(hash >> 6)] |= 1 << UInt64(hash & 63)
        }
        isUsed = sorted.reduce(into: Array(repeating: false, count: 256)) { used, literal in
            for byte in literal.key { used[Int(byte)] = true }
        }
    }

    deinit {
        if let start = text.baseAddress { explicit_bzero(start, text.count) }
        text.deallocate()
    }

    var count: Int { owners.count }

    func owner(_ index: Int) -> Int32 { owners[index] }
    func length(_ index: Int) -> Int { offsets[index + 1] - offsets[index] }

    /// Lends the literals in their order, with their lengths.
    func withPointers<Result>(
        _ body: (_ starts: [UnsafePointer<CChar>?], _ lengths: [Int]) throws -> Result
    ) rethrows -> Result {
        let base = UnsafeRawPointer(text.baseAddress!)
        let starts = owners.indices.map {
            Optional((base + offsets[$0]).assumingMemoryBound(to: CChar.self))
        }
        return try body(starts, owners.indices.map(length))
    }

    private static func head(_ bytes: [UInt8]) -> UInt32 {
        bytes.prefix(4).reduce(0) { $0 << 8 | UInt32($1) }
    }

    /// Of four bytes as they lie in memory.
    @inline(__always)
    private static func hash(_ bytes: UInt32) -> UInt32 {
        (bytes &* 0x9E37_79B1) >> (32 - filterBits)
    }

    private static func shorter(_ sorted: [[UInt8]]) -> [Int32] {
        // The literals that the one at hand begins with, the longest last.
        var open: [Int] = []
        return sorted.indices.map { index in
            while let last = open.last, !sorted[index].starts(with: sorted[last]) { open.removeLast() }
            defer { open.append(index) }
            return Int32(open.last ?? -1)
        }
    }
}

extension LiteralSet {
    /// Adds, for each place of the buffer where a literal stands, the longest one.
    func appendMatches(in buffer: UnsafeRawBufferPointer, to matches: inout [LiteralMatch]) {
        guard buffer.count >= Self.headBytes, let base = buffer.baseAddress else { return }
        filter.withUnsafeBufferPointer { filter in
            for start in 0...(buffer.count - Self.headBytes) {
                let bytes = (base + start).loadUnaligned(as: UInt32.self)
                let hash = Self.hash(bytes)
                guard filter[Int(hash >> 6)] & (1 << UInt64(hash & 63)) != 0 else { continue }
                guard let index = longestLiteral(at: base + start, count: buffer.count - start, head: bytes.bigEndian)
                else { continue }
                matches.append(LiteralMatch(start: start, end: start + length(index), owner: owners[index]))
            }
        }
    }

    /// The first place from which on the buffer is the beginning of a literal that goes on beyond it; its end where
    /// there is no such place.
    func openStart(in buffer: UnsafeRawBufferPointer) -> Int {
        guard let base = buffer.baseAddress else { return 0 }
        let first = max(0, buffer.count - (longest - 1))
        var start = buffer.count
        while start > first, isUsed[Int(buffer[start - 1])] { start -= 1 }
        while start < buffer.count, !isBeginning(base + start, count: buffer.count - start) { start += 1 }
        return start
    }

    private func longestLiteral(at place: UnsafeRawPointer, count: Int, head: UInt32) -> Int? {
        guard let range = literals(beginningWith: head) else { return nil }
        // The last literal that is not after the text; what the text begins with is itself or one that it begins with.
        var (low, high) = (range.lowerBound, range.upperBound)
        while low < high {
            let middle = (low + high) / 2
            if compare(middle, place, count) <= 0 { low = middle + 1 } else { high = middle }
        }
        var index = low - 1
        while index >= range.lowerBound {
            if length(index) <= count, memcmp(text.baseAddress! + offsets[index], place, length(index)) == 0 {
                return index
            }
            index = Int(shorter[index])
        }
        return nil
    }

    private func isBeginning(_ place: UnsafeRawPointer, count: Int) -> Bool {
        var range = 0..<owners.count
        if count >= Self.headBytes {
            let bytes = place.loadUnaligned(as: UInt32.self)
            let hash = Self.hash(bytes)
            guard filter[Int(hash >> 6)] & (1 << UInt64(hash & 63)) != 0,
                let some = literals(beginningWith: bytes.bigEndian)
            else { return false }
            range = some
        }
        // The first literal that is not before the text; those that begin with it follow one another from there.
        var (low, high) = (range.lowerBound, range.upperBound)
        while low < high {
            let middle = (low + high) / 2
            if compare(middle, place, count) < 0 { low = middle + 1 } else { high = middle }
        }
        if low < range.upperBound, length(low) == count { low += 1 }
        return low < range.upperBound && length(low) > count
            && memcmp(text.baseAddress! + offsets[low], place, count) == 0
    }

    private func literals(beginningWith head: UInt32) -> Range<Int>? {
        var (low, high) = (0, heads.count)
        while low < high {
            let middle = (low + high) / 2
            if heads[middle] < head { low = middle + 1 } else { high = middle }
        }
        guard low < heads.count, heads[low] == head else { return nil }
        return headStarts[low]..<headStarts[low + 1]
    }

    /// Below, at or above zero as a literal is before, the same as or after a text.
    private func compare(_ index: Int, _ place: UnsafeRawPointer, _ count: Int) -> Int {
        let length = length(index)
        let order = memcmp(text.baseAddress! + offsets[index], place, min(length, count))
        return order != 0 ? Int(order) : length - count
    }
}
