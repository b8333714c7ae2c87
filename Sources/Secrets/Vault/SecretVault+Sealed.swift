package import Domain
package import Foundation

/// Values on their way to a process: still under their keys.
extension SecretVault {
    /// The versions that are named, sealed, in the order of their names; throws where one of them cannot be opened, so that
    /// it shows before a process is to start with it.
    package func sealed(
        _ versions: [VariableName: Int], of environment: EnvironmentName
    ) async throws -> [SecretRecord] {
        _ = try await secrets(versions, of: environment)
        return try await chosen(versions, of: environment).values.sorted { $0.name < $1.name }
    }

    /// All versions whose ciphertext is kept, the newest of each secret and those before.
    package func kept(in environment: EnvironmentName) async throws -> [SecretRecord] {
        var kept: [SecretRecord] = []
        for name in try await newest(in: environment).keys.sorted() {
            kept += try await records.history(of: name, in: environment).filter { $0.sealed != nil }
        }
        return kept
    }

    /// Runs `body` while no key can be dropped from the ring; what it keeps stays readable.
    package func whileSealing<Value>(_ body: () async throws -> Value) async throws -> Value {
        try await KeyRingLock.hold(.sealing, of: keyRing, body)
    }
}

/// Sealed values that lie outside the vault: copies for a process, and what Switchyard keeps for itself.
extension KeyRing {
    /// The version of what is sealed here: a secret of the vault has one from 1 on.
    private static let ownVersion = 0

    /// Seals a value that no person has set, such as the URL of a slot's database.
    package func seal(
        _ value: Secret, as name: VariableName, in environment: EnvironmentName, at now: Date
    ) throws -> SecretRecord {
        let address = EnvelopeAddress(environment: environment, name: name, version: Self.ownVersion)
        return SecretRecord(
            environment: environment, name: name, version: Self.ownVersion, fingerprint: fingerprint(of: value),
            sealed: try Envelope(ring: self).seal(value, at: address), author: "switchyard", writtenAt: now)
    }

    /// Opens a record as the one that it says it is.
    package func open(_ record: SecretRecord) throws -> Secret {
        guard let sealed = record.sealed else {
            throw SecretsError.versionNotKept(record.name, record.environment, version: record.version)
        }
        let secret = try Envelope(ring: self).open(sealed, at: EnvelopeAddress(record))
        guard record.fingerprint == fingerprint(of: secret) else {
            throw SecretsError.altered(record.name, record.environment, version: record.version)
        }
        return secret
    }

    /// The same value under the current key; nil where it is already.
    package func rewrapped(_ record: SecretRecord) throws -> SecretRecord? {
        guard let sealed = record.sealed, sealed.keyID != current.id else { return nil }
        var new = record
        new.sealed = try Envelope(ring: self).rewrap(sealed, at: EnvelopeAddress(record))
        return new
    }
}
