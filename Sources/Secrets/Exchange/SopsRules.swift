/// Which of a SOPS file's values are encrypted, by their keys (`shouldBeEncrypted` in sops.go).
struct SopsRules {
    static let defaultUnencryptedSuffix = "_unencrypted"

    /// One rule a file.
    private enum Rule {
        case unencryptedSuffix(String)
        case encryptedSuffix(String)
        case unencryptedPattern(String)
        case encryptedPattern(String)
    }

    private let rule: Rule

    /// The metadata's own names of the rules.
    static let names = ["unencrypted_suffix", "encrypted_suffix", "unencrypted_regex", "encrypted_regex"]

    init(_ metadata: [String: String]) throws(SecretsError) {
        let given = Self.names.filter { metadata[$0]?.isEmpty == false }
        guard given.count <= 1 else {
            throw .unsupported(reason: "\(given.joined(separator: " and ")) together, of which SOPS takes one")
        }
        let value = given.first.flatMap { metadata[$0] } ?? Self.defaultUnencryptedSuffix
        switch given.first {
        case "encrypted_suffix": rule = .encryptedSuffix(value)
        case "unencrypted_regex": rule = .unencryptedPattern(try Self.checked(value))
        case "encrypted_regex": rule = .encryptedPattern(try Self.checked(value))
        default: rule = .unencryptedSuffix(value)
        }
    }

    func encrypts(_ key: String) -> Bool {
        switch rule {
        case .unencryptedSuffix(let suffix): !key.hasSuffix(suffix)
        case .encryptedSuffix(let suffix): key.hasSuffix(suffix)
        case .unencryptedPattern(let pattern): !Self.matches(key, pattern)
        case .encryptedPattern(let pattern): Self.matches(key, pattern)
        }
    }

    private static func checked(_ pattern: String) throws(SecretsError) -> String {
        guard pattern.utf8.count <= Limits.ruleBytes, (try? Regex(pattern)) != nil else {
            throw .unsupported(reason: "the regular expression '\(pattern.prefix(80))'")
        }
        return pattern
    }

    private static func matches(_ key: String, _ pattern: String) -> Bool {
        guard let expression = try? Regex(pattern) else { return false }
        return key.firstMatch(of: expression) != nil
    }
}
