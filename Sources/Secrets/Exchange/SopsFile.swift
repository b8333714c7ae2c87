import Crypto
package import Foundation

/// A file of SOPS with one level of keys: the form in which secrets come from elsewhere and go there.
///
/// Facts from getsops/sops (sops.go, aes/cipher.go, stores/): the name of a value is authenticated with it, and a MAC
/// over all values in the order of the file says that they belong together.
package struct SopsFile: Sendable {
    /// How the file is written.
    package enum Format: String, CaseIterable, Sendable {
        case json
        case dotenv

        /// By the end of a file's name; nil where it says neither.
        package init?(path: String) {
            switch (path as NSString).pathExtension {
            case "json": self = .json
            case "env": self = .dotenv
            default: return nil
            }
        }
    }

    /// A value of the file, opened.
    package struct Entry: Sendable {
        package let key: String
        package let value: Secret
        /// False for what the file's rule leaves in the clear: a setting rather than a secret.
        package let isEncrypted: Bool
    }

    /// A value as the file has it.
    enum Leaf: Equatable, Sendable {
        case string(String)
        /// As it is written.
        case number(String)
        case bool(Bool)
    }

    let leaves: [(key: String, value: Leaf)]
    let metadata: SopsMetadata

    package init(_ data: Data, format: Format) throws {
        guard data.count <= Limits.fileBytes else { throw SecretsError.fileTooLarge(limitBytes: Limits.fileBytes) }
        switch format {
        case .json: (leaves, metadata) = try Self.readJSON(data)
        case .dotenv: (leaves, metadata) = try Self.readDotenv(data)
        }
    }

    /// All values, in the order of the file; refuses a file of which anything was altered.
    package func open(identityFile: String, age: AgeProgram = AgeProgram()) async throws -> [Entry] {
        try open(with: try await dataKey(identityFile: identityFile, age: age))
    }

    /// The key that all values are under, of the first recipient that the identity is for.
    private func dataKey(identityFile: String, age: AgeProgram) async throws -> SymmetricKey {
        guard !metadata.recipients.isEmpty else { throw SecretsError.noAgeKey }
        var refusal: (any Error)?
        for recipient in metadata.recipients {
            do {
                return try await age.unwrap(recipient.wrapped, identityFile: identityFile)
            } catch let error as SecretsError {
                guard case .noMatchingIdentity = error else { throw error }
                refusal = error
            }
        }
        throw refusal ?? SecretsError.noAgeKey
    }

    func open(with key: SymmetricKey) throws -> [Entry] {
        let rules = try SopsRules(metadata.rules)
        var mac = SopsMAC(onlyEncrypted: metadata.macOnlyEncrypted)
        let entries = try leaves.map { leaf in
            let isEncrypted = rules.encrypts(leaf.key)
            let (value, macBytes) =
                isEncrypted ? try Self.decrypt(leaf, with: key) : try Self.plain(leaf)
            mac.add(macBytes, isEncrypted: isEncrypted)
            return Entry(key: leaf.key, value: value, isEncrypted: isEncrypted)
        }
        guard let expected = SopsValue(metadata.mac)?.open(key: key, authenticating: metadata.lastModified),
            Secret(expected) == Secret(mac.text)
        else { throw SecretsError.alteredFile }
        return entries
    }
}

extension SopsFile {
    /// The value as a process gets it, and as the MAC counts it.
    private static func decrypt(
        _ leaf: (key: String, value: Leaf), with key: SymmetricKey
    ) throws -> (Secret, Data) {
        guard case .string(let text) = leaf.value else {
            throw SecretsError.refusedEntry(
                key: leaf.key, reason: "is not encrypted, though the file's rule says that it is")
        }
        // SOPS leaves an empty text as it is.
        guard !text.isEmpty else { return (Secret([]), Data()) }
        guard let value = SopsValue(text) else {
            throw SecretsError.refusedEntry(
                key: leaf.key, reason: "is not encrypted, though the file's rule says that it is")
        }
        guard let plaintext = value.open(key: key, authenticating: "\(leaf.key):") else {
            throw SecretsError.alteredEntry(key: leaf.key)
        }
        guard value.kind == .bool else { return (Secret(plaintext), plaintext) }
        let isTrue = String(decoding: plaintext, as: UTF8.self).lowercased() == "true"
        return (Secret(isTrue ? "true" : "false"), Data((isTrue ? "True" : "False").utf8))
    }

    private static func plain(_ leaf: (key: String, value: Leaf)) throws -> (Secret, Data) {
        switch leaf.value {
        case .string(let text): return (Secret(text), Data(text.utf8))
        case .bool(let value): return (Secret(value ? "true" : "false"), Data((value ? "True" : "False").utf8))
        case .number(let text):
            guard let number = Self.numberOfSops(text) else {
                throw SecretsError.refusedEntry(
                    key: leaf.key, reason: "is the number \(text), whose form SOPS changes; write it as a text")
            }
            return (Secret(number), Data(number.utf8))
        }
    }

    /// A number as SOPS writes it; nil where that is not certain.
    private static func numberOfSops(_ text: String) -> String? {
        if let integer = Int(text) { return String(integer) }
        guard let number = Double(text), number.isFinite else { return nil }
        let shortest = number.description
        guard !shortest.contains("e") else { return nil }
        return shortest.hasSuffix(".0") ? String(shortest.dropLast(2)) : shortest
    }
}

/// The MAC over all values of a file: SHA-512, in upper-case hexadecimal digits.
struct SopsMAC {
    /// SHA-256 of "sops", which tells a MAC over the encrypted values alone from one over all.
    private static let onlyEncryptedStart = Data(SHA256.hash(data: Data("sops".utf8)))

    private var hash = SHA512()
    private let onlyEncrypted: Bool

    init(onlyEncrypted: Bool = false) {
        self.onlyEncrypted = onlyEncrypted
        if onlyEncrypted { hash.update(data: Self.onlyEncryptedStart) }
    }

    mutating func add(_ value: Data, isEncrypted: Bool) {
        if isEncrypted || !onlyEncrypted { hash.update(data: value) }
    }

    var text: String {
        hash.finalize().map { String(format: "%02X", $0) }.joined()
    }
}
