import Domain
import Foundation
import TestSupport
import Testing

@testable import Secrets

/// Ciphertexts that were moved, altered or put under another key.
struct EnvelopeTests {
    private static let home = EnvelopeAddress(environment: .production, name: .stripe, version: 2)
    private static let elsewhere = [
        EnvelopeAddress(environment: .staging, name: .stripe, version: 2),
        EnvelopeAddress(environment: .production, name: .database, version: 2),
        EnvelopeAddress(environment: .production, name: .stripe, version: 1),
        EnvelopeAddress(environment: .production, name: .stripe, version: 3),
        // Fields that run together the same way.
        EnvelopeAddress(
            environment: EnvironmentName(unchecked: "productionS"), name: VariableName(unchecked: "TRIPE_SECRET_KEY"),
            version: 2),
        EnvelopeAddress(
            environment: .production, name: VariableName(unchecked: "STRIPE_SECRET_KEY2"), version: 0),
    ]

    private let envelope = Envelope(ring: KeyRing(madeAt: .test))
    private let secret = Secret("sk_live_1234567890")

    @Test(arguments: ["x", "sk_live_1234567890", String(repeating: "long ", count: 6_000), "ü€😀\n"])
    func `a value is opened where it was sealed`(value: String) throws {
        let sealed = try envelope.seal(Secret(value), at: Self.home)
        #expect(try envelope.open(sealed, at: Self.home).reveal() == value)
    }

    @Test(arguments: elsewhere.indices)
    func `a ciphertext is refused everywhere else`(number: Int) throws {
        let place = Self.elsewhere[number]
        let sealed = try envelope.seal(secret, at: Self.home)
        #expect(throws: altered(place)) { try envelope.open(sealed, at: place) }
        #expect(throws: altered(place)) { try envelope.rewrap(sealed, at: place) }
    }

    @Test func `a flipped bit anywhere is refused`() throws {
        let sealed = try envelope.seal(secret, at: Self.home)
        for place in 0..<(sealed.ciphertext.count * 8) {
            let flipped = SealedValue(
                keyID: sealed.keyID, wrappedKey: sealed.wrappedKey, ciphertext: sealed.ciphertext.flipping(bit: place))
            #expect(throws: altered(Self.home)) { try envelope.open(flipped, at: Self.home) }
        }
        for place in 0..<(sealed.wrappedKey.count * 8) {
            let flipped = SealedValue(
                keyID: sealed.keyID, wrappedKey: sealed.wrappedKey.flipping(bit: place), ciphertext: sealed.ciphertext)
            #expect(throws: altered(Self.home)) { try envelope.open(flipped, at: Self.home) }
        }
    }

    @Test func `a shortened or exchanged part is refused`() throws {
        let sealed = try envelope.seal(secret, at: Self.home)
        let other = try envelope.seal(Secret("another value"), at: Self.home)
        let exchanged = [
            SealedValue(keyID: sealed.keyID, wrappedKey: sealed.wrappedKey, ciphertext: other.ciphertext),
            SealedValue(keyID: sealed.keyID, wrappedKey: other.wrappedKey, ciphertext: sealed.ciphertext),
            // The value's key is bound to be a key, and the value to be a value.
            SealedValue(keyID: sealed.keyID, wrappedKey: sealed.ciphertext, ciphertext: sealed.wrappedKey),
            SealedValue(keyID: sealed.keyID, wrappedKey: sealed.wrappedKey, ciphertext: sealed.ciphertext.dropLast()),
            SealedValue(keyID: sealed.keyID, wrappedKey: Data(), ciphertext: sealed.ciphertext),
            SealedValue(keyID: sealed.keyID, wrappedKey: sealed.wrappedKey, ciphertext: Data()),
        ]
        for value in exchanged {
            #expect(throws: altered(Self.home)) { try envelope.open(value, at: Self.home) }
        }
    }

    @Test func `another ring does not open it, not even under the same id`() throws {
        let sealed = try envelope.seal(secret, at: Self.home)
        let other = Envelope(ring: KeyRing(madeAt: .test))
        #expect(throws: SecretsError.unknownKey(id: sealed.keyID, name: .stripe, environment: .production)) {
            try other.open(sealed, at: Self.home)
        }
        let renamed = SealedValue(
            keyID: other.ring.current.id, wrappedKey: sealed.wrappedKey, ciphertext: sealed.ciphertext)
        #expect(throws: altered(Self.home)) { try other.open(renamed, at: Self.home) }
    }

    @Test func `a rewrapped value opens under the new key, the value itself untouched`() throws {
        let sealed = try envelope.seal(secret, at: Self.home)
        var ring = envelope.ring
        ring.addKey(at: .test)
        let rewrapped = try Envelope(ring: ring).rewrap(sealed, at: Self.home)
        #expect(rewrapped.keyID == ring.current.id && rewrapped.keyID != sealed.keyID)
        #expect(rewrapped.ciphertext == sealed.ciphertext)
        ring.drop([sealed.keyID])
        #expect(try Envelope(ring: ring).open(rewrapped, at: Self.home) == secret)
        #expect(throws: SecretsError.self) { try Envelope(ring: ring).open(sealed, at: Self.home) }
    }

    @Test func `no two seals of one value have anything in common`() throws {
        let seals = try (0..<50).map { _ in try envelope.seal(secret, at: Self.home) }
        #expect(Set(seals.map { $0.ciphertext.prefix(12) }).count == 50)
        #expect(Set(seals.map(\.wrappedKey)).count == 50)
    }

    @Test func `fingerprints compare values within a ring and tell nothing without it`() {
        let (one, other) = (KeyRing(madeAt: .test), KeyRing(madeAt: .test))
        #expect(one.fingerprint(of: secret) == one.fingerprint(of: Secret("sk_live_1234567890")))
        #expect(one.fingerprint(of: secret) != one.fingerprint(of: Secret("sk_live_1234567891")))
        #expect(one.fingerprint(of: secret) != other.fingerprint(of: secret))
        #expect(one.fingerprint(of: secret).count == 16)
    }

    private func altered(_ address: EnvelopeAddress) -> SecretsError {
        .altered(address.name, address.environment, version: address.version)
    }
}

extension Data {
    fileprivate func flipping(bit: Int) -> Data {
        var copy = Data(self)
        copy[bit / 8] ^= 1 << UInt8(bit % 8)
        return copy
    }
}
