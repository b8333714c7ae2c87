import Domain

/// The name of a person or a service account: ana, ana@example.com, deploy-bot.
package struct AccountName: ValidatedName {
    package static let noun = "account"
    package static let rule =
        "1 to 128 lower-case letters, digits and the characters . _ + - @ : |, a letter or digit first"

    package static func accepts(_ text: String) -> Bool {
        func isPlain(_ byte: UInt8) -> Bool {
            (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
                || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
        }
        guard let first = text.utf8.first, isPlain(first), text.utf8.count <= 128 else { return false }
        return text.utf8.allSatisfy { isPlain($0) || "._+-@:|".utf8.contains($0) }
    }

    package let rawValue: String
    package init(unchecked rawValue: String) { self.rawValue = rawValue }
}
