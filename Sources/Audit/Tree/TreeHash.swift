import Crypto
import Foundation

/// A SHA-256 in a tree of RFC 6962, section 2.1.
package struct TreeHash: Hashable, Sendable {
    private let first, second, third, fourth: UInt64

    package static let byteCount = 32

    /// Reads the hash at the beginning of some bytes, of which there must be 32.
    package init(_ bytes: UnsafeRawBufferPointer) {
        first = bytes.loadUnaligned(fromByteOffset: 0, as: UInt64.self)
        second = bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self)
        third = bytes.loadUnaligned(fromByteOffset: 16, as: UInt64.self)
        fourth = bytes.loadUnaligned(fromByteOffset: 24, as: UInt64.self)
    }

    /// Reads base64; nil unless it is exactly 32 bytes in its one spelling.
    package init?(base64 text: String) {
        guard let data = Data(base64Encoded: text), data.count == Self.byteCount, data.base64EncodedString() == text
        else { return nil }
        self = data.withUnsafeBytes { TreeHash($0) }
    }

    /// The hash of an entry: SHA-256 of a zero byte and the entry.
    package static func leaf(_ entry: UnsafeRawBufferPointer) -> TreeHash { digest(prefix: 0, entry) }

    /// The hash of an entry; see `leaf(_:)`.
    static func leaf(_ entry: some ContiguousBytes) -> TreeHash { entry.withUnsafeBytes { leaf($0) } }

    /// The hash of a node above two others.
    package static func node(_ left: TreeHash, _ right: TreeHash) -> TreeHash {
        withUnsafeTemporaryAllocation(byteCount: 2 * byteCount, alignment: 8) { buffer in
            left.store(in: buffer, at: 0)
            right.store(in: buffer, at: byteCount)
            return digest(prefix: 1, UnsafeRawBufferPointer(buffer))
        }
    }

    /// The root of a tree without entries.
    package static let empty = SHA256.hash(data: Data()).withUnsafeBytes { TreeHash($0) }

    /// The hash above 1, 2, 4, … 256 neighbours, given as their bytes one after the other.
    package static func perfect(_ hashes: UnsafeRawBufferPointer) -> TreeHash {
        let count = hashes.count / byteCount
        precondition(count > 0 && count & (count - 1) == 0, "A perfect subtree has a power of two of leaves.")
        if count == 1 { return TreeHash(hashes) }
        return withUnsafeTemporaryAllocation(byteCount: hashes.count / 2, alignment: 8) { buffer in
            var width = count / 2
            for index in 0..<width { pair(hashes, index).store(in: buffer, at: index * byteCount) }
            while width > 1 {
                width /= 2
                for index in 0..<width {
                    pair(UnsafeRawBufferPointer(buffer), index).store(in: buffer, at: index * byteCount)
                }
            }
            return TreeHash(UnsafeRawBufferPointer(buffer))
        }
    }

    private static func pair(_ hashes: UnsafeRawBufferPointer, _ index: Int) -> TreeHash {
        let offset = index * 2 * byteCount
        return digest(prefix: 1, UnsafeRawBufferPointer(rebasing: hashes[offset..<offset + 2 * byteCount]))
    }

    private static func digest(prefix: UInt8, _ bytes: UnsafeRawBufferPointer) -> TreeHash {
        var hash = SHA256()
        withUnsafeBytes(of: prefix) { hash.update(bufferPointer: $0) }
        hash.update(bufferPointer: bytes)
        return hash.finalize().withUnsafeBytes { TreeHash($0) }
    }

    func store(in buffer: UnsafeMutableRawBufferPointer, at offset: Int) {
        buffer.storeBytes(of: first, toByteOffset: offset, as: UInt64.self)
        buffer.storeBytes(of: second, toByteOffset: offset + 8, as: UInt64.self)
        buffer.storeBytes(of: third, toByteOffset: offset + 16, as: UInt64.self)
        buffer.storeBytes(of: fourth, toByteOffset: offset + 24, as: UInt64.self)
    }

    /// The 32 bytes.
    package var bytes: [UInt8] {
        [UInt8](unsafeUninitializedCapacity: Self.byteCount) { buffer, count in
            store(in: UnsafeMutableRawBufferPointer(buffer), at: 0)
            count = Self.byteCount
        }
    }

    package var base64: String { Data(bytes).base64EncodedString() }
}
