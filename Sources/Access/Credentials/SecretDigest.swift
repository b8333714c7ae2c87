import Crypto
package import Foundation

/// The SHA-256 of a secret, which is all that is ever kept of it.
///
/// Comparing two takes the same time wherever they differ: both are 32 bytes, and swift-crypto compares all of them.
/// Secrets here have at least 80 random bits, so that a slow hash would add nothing.
package struct SecretDigest: Sendable, Hashable, Codable {
    package static let bytes = 32
    package let data: Data

    package init(of secret: some DataProtocol) { data = Data(SHA256.hash(data: secret)) }

    package init(of secret: String) { self.init(of: Array(secret.utf8)) }

    /// Takes what was stored; nil where it is no digest.
    package init?(stored data: Data) {
        guard data.count == Self.bytes else { return nil }
        self.data = data
    }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        guard let digest = try SecretDigest(stored: container.decode(Data.self)) else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "A digest has 32 bytes.")
        }
        self = digest
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(data)
    }

    package static func == (left: SecretDigest, right: SecretDigest) -> Bool {
        // An authentication code is the type that the library compares in constant time; the key need not be secret.
        let key = SymmetricKey(data: [0])
        let code = HMAC<SHA256>.authenticationCode(for: left.data, using: key)
        return HMAC<SHA256>.isValidAuthenticationCode(code, authenticating: right.data, using: key)
    }
}

/// A source of random bytes.
package struct RandomBytes: Sendable {
    private let make: @Sendable (Int) -> [UInt8]

    package init(_ make: @escaping @Sendable (Int) -> [UInt8]) { self.make = make }

    /// The system's generator.
    package static let system = RandomBytes { count in
        var generator = SystemRandomNumberGenerator()
        return (0..<count).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
    }

    package func callAsFunction(_ count: Int) -> [UInt8] { make(count) }

    /// Random bytes, each as two lower-case hexadecimal digits.
    package func hexadecimal(bytes: Int) -> String { make(bytes).hexadecimal }

    /// Random bytes in the alphabet of URLs, without padding.
    package func base64URL(bytes: Int) -> String { Data(make(bytes)).base64URL }
}

extension [UInt8] {
    var hexadecimal: String {
        let digits = Array("0123456789abcdef".utf8)
        return String(decoding: flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
    }
}

extension Data {
    /// Base64 in the alphabet of URLs, without padding (RFC 7515).
    var base64URL: String {
        base64EncodedString().replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "")
    }

    /// Takes base64 in the alphabet of URLs without padding, and nothing else.
    init?(base64URL text: some StringProtocol) {
        guard text.utf8.allSatisfy({ $0 != UInt8(ascii: "+") && $0 != UInt8(ascii: "/") && $0 != UInt8(ascii: "=") })
        else { return nil }
        let padding = String(repeating: "=", count: (4 - text.utf8.count % 4) % 4)
        let plain = String(text).replacing("-", with: "+").replacing("_", with: "/") + padding
        self.init(base64Encoded: plain)
    }
}
