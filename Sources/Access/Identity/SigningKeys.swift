import Crypto
import CryptoExtras
import Foundation

/// The keys that a provider signs with, as far as they can be used for the algorithms that are allowed.
struct SigningKeys: Sendable {
    /// How a token may be signed (RFC 7518, 8037). `none` and the HMAC family are no cases, so that no token can
    /// choose them.
    enum Algorithm: String, Sendable, CaseIterable {
        case rs256 = "RS256"
        case es256 = "ES256"
        case eddsa = "EdDSA"
    }

    /// A public key, which is for one algorithm whatever a token says.
    private enum PublicKey: Sendable {
        case rsa(_RSA.Signing.PublicKey)
        case p256(P256.Signing.PublicKey)
        case ed25519(Curve25519.Signing.PublicKey)

        var algorithm: Algorithm {
            switch self {
            case .rsa: .rs256
            case .p256: .es256
            case .ed25519: .eddsa
            }
        }

        func hasSigned(_ token: IdentityTokenText) -> Bool {
            switch self {
            case .rsa(let key):
                return key.isValidSignature(
                    _RSA.Signing.RSASignature(rawRepresentation: token.signature),
                    for: SHA256.hash(data: token.signed), padding: .insecurePKCS1v1_5)
            case .p256(let key):
                guard let signature = try? P256.Signing.ECDSASignature(rawRepresentation: token.signature) else {
                    return false
                }
                return key.isValidSignature(signature, for: token.signed)
            case .ed25519(let key): return key.isValidSignature(token.signature, for: token.signed)
            }
        }
    }

    /// A key as a key set has it (RFC 7517).
    private struct Entry: Decodable {
        let kty: String
        let use: String?
        let alg: String?
        let kid: String?
        let crv: String?
        let n: String?
        let e: String?
        let x: String?
        let y: String?
        /// The private part, which a provider must never show.
        let d: String?

        var key: PublicKey? {
            guard use == nil || use == "sig", d == nil, let key = unboundKey,
                alg == nil || alg == key.algorithm.rawValue
            else { return nil }
            return key
        }

        private var unboundKey: PublicKey? {
            switch (kty, crv) {
            case ("RSA", nil):
                guard let n = n.flatMap(Data.init(base64URL:)), let e = e.flatMap(Data.init(base64URL:)) else {
                    return nil
                }
                // Refuses what has fewer than 2,048 bits.
                return (try? _RSA.Signing.PublicKey(n: n, e: e)).map(PublicKey.rsa)
            case ("EC", "P-256"):
                guard let x = coordinate(x), let y = coordinate(y) else { return nil }
                return (try? P256.Signing.PublicKey(rawRepresentation: x + y)).map(PublicKey.p256)
            case ("OKP", "Ed25519"):
                guard let x = coordinate(x) else { return nil }
                return (try? Curve25519.Signing.PublicKey(rawRepresentation: x)).map(PublicKey.ed25519)
            default: return nil
            }
        }

        private func coordinate(_ text: String?) -> Data? {
            text.flatMap(Data.init(base64URL:)).flatMap { $0.count == 32 ? $0 : nil }
        }
    }

    private struct Document: Decodable {
        /// Nil where a key can't be read, which says nothing against the others.
        struct Attempt: Decodable {
            let entry: Entry?
            init(from decoder: any Decoder) throws { entry = try? Entry(from: decoder) }
        }

        let keys: [Attempt]
    }

    private let keys: [(identifier: String?, key: PublicKey)]

    /// Takes a key set; keys of other kinds, for encryption or with a private part are left out.
    init(_ data: Data) throws(AccessError) {
        guard let document = try? JSONDecoder().decode(Document.self, from: data) else {
            throw .provider("its keys can't be read")
        }
        keys = document.keys.prefix(Limits.providerKeys).compactMap(\.entry).compactMap { entry in
            entry.key.map { (entry.kid, $0) }
        }
    }

    /// Whether a token that names a key, or none, can be checked at all.
    func knows(_ identifier: String?, _ algorithm: Algorithm) -> Bool {
        !candidates(identifier, algorithm).isEmpty
    }

    /// Whether one of the keys that the token may mean has signed it.
    func haveSigned(_ token: IdentityTokenText) -> Bool {
        candidates(token.keyIdentifier, token.algorithm).contains { $0.hasSigned(token) }
    }

    private func candidates(_ identifier: String?, _ algorithm: Algorithm) -> [PublicKey] {
        keys.filter { $0.key.algorithm == algorithm && (identifier == nil || $0.identifier == identifier) }.map(\.key)
    }
}
