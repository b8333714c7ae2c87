import Crypto
import DurableFiles
import Foundation
import Glibc
import Synchronization

/// The keys under which personal data stands in the log, one for each person, each in a file of its own (mode 0600).
///
/// Erasing a person deletes the key: what was written can't be read any more, and every proof stays valid. What is
/// sealed reads `sealed:v1:<the person's file>:<base64 of nonce, ciphertext and tag>`, AES-256-GCM bound to the name
/// of its field. Deleting a file does not overwrite what the disk keeps of it.
package final class SubjectKeys: Sendable {
    /// What can be shown of a text.
    package enum Opened: Equatable, Sendable {
        case text(String)
        /// The person's key has been deleted.
        case erased

        /// The text, or "erased".
        package var shown: String {
            switch self {
            case .text(let text): text
            case .erased: "erased"
            }
        }
    }

    private let folder: String
    private let cache = Mutex<[String: SymmetricKey]>([:])
    private let erased: ErasedKeys

    private static let prefix = "sealed:v1:"
    private static let plainPrefix = "plain:"
    private static let keyBytes = 32

    /// Opens the folder of keys, and makes it (mode 0700) where it is missing.
    package init(folder: String) throws {
        try FileManager.default.createDirectory(
            atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        self.folder = folder
        erased = try ErasedKeys(path: "\(folder)/erased")
    }

    /// Deletes a person's key; answers whether there was one. Durable when it returns, also on a full disk.
    @discardableResult
    package func erase(_ subject: String) throws(AuditError) -> Bool {
        let name = Self.name(of: subject)
        return try AuditError.wrapping {
            guard let fingerprint = try fingerprint(named: name) else { return false }
            try delete(name)
            // Where there is no room for it, what the record says of the erasure is noted later.
            try? erased.add([fingerprint])
            return true
        }
    }

    /// What tells a person's key from every other one; nil where the person has none.
    func fingerprint(of subject: String) throws -> String? { try fingerprint(named: Self.name(of: subject)) }

    /// Deletes again what was erased and came back with an old copy of the folder; answers how many keys.
    @discardableResult
    func eraseAgain(_ fingerprints: Set<String>) throws -> Int {
        try erased.add(fingerprints)
        var count = 0
        for file in try FileManager.default.contentsOfDirectory(atPath: folder) where file.hasSuffix(".key") {
            let name = String(file.dropLast(".key".count))
            guard let fingerprint = try fingerprint(named: name), erased.contains(fingerprint) else { continue }
            try delete(name)
            count += 1
        }
        return count
    }

    private func delete(_ name: String) throws {
        let path = path(of: name)
        try cache.withLock { cache in
            cache[name] = nil
            guard unlink(path) == 0 || errno == ENOENT else { throw FileFault(operation: "delete", path: path) }
            try DurableFile.synchronizeFolder(of: path)
        }
    }

    /// Seals a text about a person; makes the person's key where there is none yet.
    func seal(_ text: String, about subject: String, field: String) throws -> String {
        let name = Self.name(of: subject)
        let key = try key(named: name) ?? makeKey(named: name)
        let box = try AES.GCM.seal(Data(text.utf8), using: key, authenticating: Data(field.utf8))
        return "\(Self.prefix)\(name):\(box.combined!.base64EncodedString())"
    }

    /// Shows a text as it stands in the log, whether it was sealed or not.
    func open(_ text: String, field: String) throws -> Opened {
        if text.hasPrefix(Self.plainPrefix) { return .text(String(text.dropFirst(Self.plainPrefix.count))) }
        guard text.hasPrefix(Self.prefix) else { return .text(text) }
        let parts = text.dropFirst(Self.prefix.count).split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 2, Self.isName(parts[0]), let data = Data(base64Encoded: String(parts[1])),
            let box = try? AES.GCM.SealedBox(combined: data), let key = try key(named: String(parts[0])),
            // A key that does not open it came after the one that was deleted.
            let plain = try? AES.GCM.open(box, using: key, authenticating: Data(field.utf8))
        else { return .erased }
        return .text(String(decoding: plain, as: UTF8.self))
    }

    /// Marks a text that is not sealed and would look as if it were.
    static func escaped(_ text: String) -> String {
        text.hasPrefix("sealed:") || text.hasPrefix(plainPrefix) ? plainPrefix + text : text
    }

    private func key(named name: String) throws -> SymmetricKey? {
        try cache.withLock { cache in
            if let known = cache[name] {
                // Another process may have erased it.
                if access(path(of: name), F_OK) == 0 { return known }
                cache[name] = nil
            }
            guard let bytes = try LogFiles.bytes(at: path(of: name)), bytes.count == Self.keyBytes,
                !erased.contains(Self.fingerprint(bytes))
            else { return nil }
            if cache.count >= Limits.cachedSubjectKeys { cache.removeAll() }
            cache[name] = SymmetricKey(data: bytes)
            return cache[name]
        }
    }

    private func makeKey(named name: String) throws -> SymmetricKey {
        try cache.withLock { cache in
            if let known = cache[name] { return known }
            let key = SymmetricKey(size: .bits256)
            let bytes = key.withUnsafeBytes { Data($0) }
            try AuditError.wrapping { try DurableFile.write(bytes, to: path(of: name), mode: 0o600) }
            cache[name] = key
            return key
        }
    }

    private func path(of name: String) -> String { "\(folder)/\(name).key" }

    private func fingerprint(named name: String) throws -> String? {
        try LogFiles.bytes(at: path(of: name)).map(Self.fingerprint)
    }

    private static func fingerprint(_ key: [UInt8]) -> String {
        Hexadecimal.text(SHA256.hash(data: Data("switchyard subject key\n".utf8) + key).prefix(16))
    }

    private static func name(of subject: String) -> String {
        Hexadecimal.text(SHA256.hash(data: Data(subject.utf8)).prefix(16))
    }

    private static func isName(_ text: Substring) -> Bool {
        text.utf8.count == 32 && text.allSatisfy { $0.isHexDigit && $0.isASCII }
    }
}
