/// The public part of a token, by which it is found: 24 hexadecimal digits.
package struct TokenID: Sendable, Hashable, Codable, CustomStringConvertible {
    package static let digits = 24
    package let text: String

    package init?(_ text: some StringProtocol) {
        guard text.utf8.count == Self.digits, text.isLowercaseHexadecimal else { return nil }
        self.text = String(text)
    }

    package init(random: RandomBytes) { text = random.hexadecimal(bytes: Self.digits / 2) }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        guard let id = try TokenID(container.decode(String.self)) else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "This is no token's id.")
        }
        self = id
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(text)
    }

    package var description: String { text }
}

/// A token as its holder has it: `syp_ID_SECRET` of a person, `sys_ID_SECRET` of a service account.
///
/// The prefix and the fixed length let scanners for leaked secrets find it. Its description hides the secret.
package struct TokenText: Sendable, CustomStringConvertible {
    private static let secretDigits = 64
    package let kind: Account.Kind
    package let id: TokenID
    private let secret: String

    package init(kind: Account.Kind, random: RandomBytes) {
        self.kind = kind
        id = TokenID(random: random)
        secret = random.hexadecimal(bytes: Self.secretDigits / 2)
    }

    /// Takes what somebody sent; nil where it is no token at all.
    package init?(_ text: String) {
        let parts = text.split(separator: "_", maxSplits: 2, omittingEmptySubsequences: false)
        guard parts.count == 3, let kind = Self.kind(of: parts[0]), let id = TokenID(parts[1]),
            parts[2].utf8.count == Self.secretDigits, parts[2].isLowercaseHexadecimal
        else { return nil }
        (self.kind, self.id, secret) = (kind, id, String(parts[2]))
    }

    /// The whole token; shown once.
    package var revealed: String { "\(Self.prefix(of: kind))_\(id)_\(secret)" }

    /// Of the whole token, so that neither another kind nor another id fits.
    package var digest: SecretDigest { SecretDigest(of: revealed) }

    package var description: String { "\(Self.prefix(of: kind))_\(id)_…" }

    private static func prefix(of kind: Account.Kind) -> String { kind == .person ? "syp" : "sys" }

    private static func kind(of prefix: Substring) -> Account.Kind? {
        switch prefix {
        case "syp": .person
        case "sys": .service
        default: nil
        }
    }
}

extension StringProtocol {
    var isLowercaseHexadecimal: Bool {
        utf8.allSatisfy { byte in
            (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
                || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(byte)
        }
    }
}
