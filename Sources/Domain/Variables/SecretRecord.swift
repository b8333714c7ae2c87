package import Foundation

/// One version of a secret as it is kept: who wrote it, its fingerprint and its ciphertext, never its value.
package struct SecretRecord: Codable, Equatable, Sendable {
    package let environment: EnvironmentName
    package let name: VariableName
    /// From 1, rising by 1; never given twice, not even after a removal.
    package let version: Int
    /// What the value is compared by; nil for a version that says that the secret was removed.
    package let fingerprint: String?
    /// The value under its keys; nil for a removal and for a version that is too old to be kept.
    package var sealed: SealedValue?
    package let author: String
    package let writtenAt: Date

    package init(
        environment: EnvironmentName, name: VariableName, version: Int, fingerprint: String?, sealed: SealedValue?,
        author: String, writtenAt: Date
    ) {
        self.environment = environment
        self.name = name
        self.version = version
        self.fingerprint = fingerprint
        self.sealed = sealed
        self.author = author
        self.writtenAt = writtenAt
    }

    /// Whether this version says that the secret was removed.
    package var isRemoval: Bool { fingerprint == nil }
}

/// A value under a key of its own, and that key under a key-encryption key.
package struct SealedValue: Codable, Equatable, Sendable {
    /// The key-encryption key that opens `wrappedKey`.
    package let keyID: String
    /// Nonce, ciphertext and tag of the value's key.
    package let wrappedKey: Data
    /// Nonce, ciphertext and tag of the value.
    package let ciphertext: Data

    package init(keyID: String, wrappedKey: Data, ciphertext: Data) {
        self.keyID = keyID
        self.wrappedKey = wrappedKey
        self.ciphertext = ciphertext
    }
}
