/// A code that proves once who somebody is, while the identity provider is down: `7K3M-Q9XD-02HF-VWTB`.
///
/// 80 random bits in Crockford's alphabet, which has no letters that look like digits.
package struct RecoveryCode: Sendable, CustomStringConvertible {
    private static let alphabet = Array("0123456789ABCDEFGHJKMNPQRSTVWXYZ".utf8)
    private static let symbols = 16
    private let text: String

    init(random: RandomBytes) {
        // 32 divides 256, so that each symbol is as likely as another.
        text = String(decoding: random(Self.symbols).map { Self.alphabet[Int($0 & 31)] }, as: UTF8.self)
    }

    /// Takes what somebody typed: hyphens, spaces and case don't matter, nor O for 0 or I and L for 1.
    package init?(_ typed: String) {
        guard typed.utf8.count <= 64 else { return nil }
        let plain = typed.uppercased().filter { $0 != "-" && $0 != " " }
            .replacing("O", with: "0").replacing("I", with: "1").replacing("L", with: "1")
        guard plain.utf8.count == Self.symbols, plain.utf8.allSatisfy(Self.alphabet.contains) else { return nil }
        text = plain
    }

    /// The code in groups of four; shown once.
    package var revealed: String {
        let symbols = Array(text)
        return stride(from: 0, to: symbols.count, by: 4).map { String(symbols[$0..<min($0 + 4, symbols.count)]) }
            .joined(separator: "-")
    }

    /// Of the code and its account, so that one account's code is nothing for another.
    package func digest(of account: AccountName) -> SecretDigest { SecretDigest(of: "\(account)\n\(text)") }

    package var description: String { "a break-glass code" }
}
