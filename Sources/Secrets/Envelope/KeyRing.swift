import Crypto
package import Foundation

/// The key-encryption keys, the newest of which new values get, and the key of the fingerprints.
package struct KeyRing: Sendable {
    /// One generation.
    struct Key: Sendable {
        let id: String
        let madeAt: Date
        let key: SymmetricKey
    }

    /// The oldest first; never empty.
    private(set) var keys: [Key]
    /// Stays over all generations, so that fingerprints of before and after can be compared.
    private let fingerprintKey: SymmetricKey

    /// A new ring with one key, from the system's random generator.
    package init(madeAt now: Date) {
        keys = [Self.makeKey(at: now)]
        fingerprintKey = SymmetricKey(size: .bits256)
    }

    /// The key that new values get.
    var current: Key { keys[keys.count - 1] }

    /// The ids, the oldest first; the last is the current one.
    package var ids: [String] { keys.map(\.id) }

    func key(_ id: String) -> SymmetricKey? { keys.first { $0.id == id }?.key }

    /// Adds a generation, which is the current one from now on.
    mutating func addKey(at now: Date) {
        keys.append(Self.makeKey(at: now))
    }

    mutating func drop(_ ids: Set<String>) {
        let current = current.id
        keys.removeAll { ids.contains($0.id) && $0.id != current }
    }

    /// Equal for equal values, and of no use to whoever has not got the ring: 64 bits of HMAC-SHA-256.
    package func fingerprint(of secret: Secret) -> String {
        let code = secret.withBytes { HMAC<SHA256>.authenticationCode(for: $0, using: fingerprintKey) }
        return code.prefix(8).map { String(format: "%02x", $0) }.joined()
    }

    /// The id is random, so that keys of two rings are told apart.
    private static func makeKey(at now: Date) -> Key {
        let id = String(format: "k%08x", UInt32.random(in: .min ... .max))
        return Key(id: id, madeAt: now, key: SymmetricKey(size: .bits256))
    }
}

extension KeyRing: CustomStringConvertible, CustomReflectable {
    package var description: String { "KeyRing(\(ids.joined(separator: ", ")))" }
    package var customMirror: Mirror { Mirror(self, children: []) }
}

extension KeyRing {
    /// The form of the file.
    private struct Stored: Codable {
        struct Key: Codable {
            let id: String
            let madeAt: Date
            let key: Data
        }

        let format: Int
        let fingerprintKey: Data
        let keys: [Key]
    }

    /// Why bytes are no key ring.
    struct Damaged: Error {
        let reason: String
    }

    private static let format = 1

    init(decoding data: Data) throws(Damaged) {
        let decoder = JSONDecoder()
        decoder.dateDecodingStrategy = .iso8601
        guard let stored = try? decoder.decode(Stored.self, from: data) else {
            throw Damaged(reason: "it is no key ring of Switchyard")
        }
        guard stored.format == Self.format else {
            throw Damaged(reason: "its format \(stored.format) is of another version of Switchyard")
        }
        let isWhole = (stored.keys.map(\.key) + [stored.fingerprintKey]).allSatisfy { $0.count == 32 }
        guard !stored.keys.isEmpty, isWhole else { throw Damaged(reason: "a key of 32 bytes is missing in it") }
        guard Set(stored.keys.map(\.id)).count == stored.keys.count else {
            throw Damaged(reason: "two of its keys have the same id")
        }
        keys = stored.keys.map { Key(id: $0.id, madeAt: $0.madeAt, key: SymmetricKey(data: $0.key)) }
        fingerprintKey = SymmetricKey(data: stored.fingerprintKey)
    }

    /// What the file holds: the keys themselves.
    func encoded() throws -> Data {
        let encoder = JSONEncoder()
        encoder.dateEncodingStrategy = .iso8601
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        let stored = Stored(
            format: Self.format, fingerprintKey: fingerprintKey.bytes,
            keys: keys.map { Stored.Key(id: $0.id, madeAt: $0.madeAt, key: $0.key.bytes) })
        return try encoder.encode(stored) + Data("\n".utf8)
    }
}

extension SymmetricKey {
    /// The key itself.
    var bytes: Data { withUnsafeBytes { Data($0) } }
}
