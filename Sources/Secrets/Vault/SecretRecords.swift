package import Domain

/// Keeps the versions of secrets, under their keys, and of settings; a store conforms to it.
package protocol SecretRecords: Sendable {
    /// The newest version of each secret of an environment, removals included.
    func newest(in environment: EnvironmentName) async throws -> [SecretRecord]
    /// All versions of one secret, the oldest first.
    func history(of name: VariableName, in environment: EnvironmentName) async throws -> [SecretRecord]
    /// Adds versions in one transaction; false, and nothing written, where one is not the next of its secret.
    ///
    /// Of each secret the newest `kept` ciphertexts stay, and none where the new version is a removal.
    func append(_ records: [SecretRecord], keeping kept: Int) async throws -> Bool
    /// So many versions at most whose ciphertext has its key under another key-encryption key than this one.
    func notUnder(_ keyID: String, limit: Int) async throws -> [SecretRecord]
    /// How many ciphertexts have their key under this key-encryption key.
    func count(under keyID: String) async throws -> Int
    /// Puts new versions of the same values in one transaction; one whose key is not the old one any more is left.
    func rewrap(_ pairs: [(old: SecretRecord, new: SecretRecord)]) async throws

    /// A version of an environment's settings, the newest where none is named; nil where there is none.
    func settings(of environment: EnvironmentName, version: Int?) async throws -> SettingsRecord?
    /// Adds a version; false, and nothing written, where it is not the next. The newest `kept` versions stay.
    func append(_ record: SettingsRecord, keeping kept: Int) async throws -> Bool
}
