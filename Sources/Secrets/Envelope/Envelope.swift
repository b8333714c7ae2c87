import Crypto
import Domain
import Foundation

/// Where a value belongs: what its ciphertext is bound to, so that it opens nowhere else.
struct EnvelopeAddress: Equatable {
    let environment: EnvironmentName
    let name: VariableName
    let version: Int

    init(_ record: SecretRecord) {
        environment = record.environment
        name = record.name
        version = record.version
    }

    init(environment: EnvironmentName, name: VariableName, version: Int) {
        self.environment = environment
        self.name = name
        self.version = version
    }

    /// Additional authenticated data: each field after its length, so that no two addresses give the same bytes.
    func authenticated(_ purpose: Purpose) -> Data {
        let fields = ["switchyard secret 1", purpose.rawValue, environment.rawValue, name.rawValue, String(version)]
        return fields.reduce(into: Data()) { data, field in
            withUnsafeBytes(of: UInt32(field.utf8.count).bigEndian) { data.append(contentsOf: $0) }
            data.append(contentsOf: field.utf8)
        }
    }

    /// What the bytes under this address are.
    enum Purpose: String {
        case value
        case key
    }
}

/// Seals and opens values: AES-256-GCM under a key of each value's own, which is under a key of the ring.
///
/// Nonces and keys are the system's random bytes. The value's key seals one value, so its nonce can't come twice.
struct Envelope {
    let ring: KeyRing

    func seal(_ secret: Secret, at address: EnvelopeAddress) throws -> SealedValue {
        let key = SymmetricKey(size: .bits256)
        let ciphertext = try secret.withBytes {
            try AES.GCM.seal($0, using: key, authenticating: address.authenticated(.value)).combined
        }
        guard let ciphertext else { throw CryptoKitError.incorrectParameterSize }
        return SealedValue(keyID: ring.current.id, wrappedKey: try wrap(key, at: address), ciphertext: ciphertext)
    }

    func open(_ sealed: SealedValue, at address: EnvelopeAddress) throws -> Secret {
        let key = try unwrap(sealed, at: address)
        guard let box = try? AES.GCM.SealedBox(combined: sealed.ciphertext),
            var bytes = try? AES.GCM.open(box, using: key, authenticating: address.authenticated(.value))
        else { throw altered(address) }
        defer { bytes.resetBytes(in: 0..<bytes.count) }
        return bytes.withUnsafeBytes { Secret($0) }
    }

    /// The same value with its key under the ring's current one.
    func rewrap(_ sealed: SealedValue, at address: EnvelopeAddress) throws -> SealedValue {
        let key = try unwrap(sealed, at: address)
        return SealedValue(
            keyID: ring.current.id, wrappedKey: try wrap(key, at: address), ciphertext: sealed.ciphertext)
    }

    private func wrap(_ key: SymmetricKey, at address: EnvelopeAddress) throws -> Data {
        let sealed = try key.withUnsafeBytes {
            try AES.GCM.seal($0, using: ring.current.key, authenticating: address.authenticated(.key)).combined
        }
        guard let sealed else { throw CryptoKitError.incorrectParameterSize }
        return sealed
    }

    private func unwrap(_ sealed: SealedValue, at address: EnvelopeAddress) throws -> SymmetricKey {
        guard let wrapping = ring.key(sealed.keyID) else {
            throw SecretsError.unknownKey(id: sealed.keyID, name: address.name, environment: address.environment)
        }
        guard let box = try? AES.GCM.SealedBox(combined: sealed.wrappedKey),
            var bytes = try? AES.GCM.open(box, using: wrapping, authenticating: address.authenticated(.key)),
            bytes.count == 32
        else { throw altered(address) }
        defer { bytes.resetBytes(in: 0..<bytes.count) }
        return SymmetricKey(data: bytes)
    }

    private func altered(_ address: EnvelopeAddress) -> SecretsError {
        .altered(address.name, address.environment, version: address.version)
    }
}
