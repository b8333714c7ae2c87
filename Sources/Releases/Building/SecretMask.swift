import Foundation

/// Takes secrets out of what a program prints: the values of variables whose names say that they are secret, and the
/// passwords in URLs.
package struct SecretMask: Sendable {
    package static let replacement = "***"
    /// Shorter values are too often words of the output itself.
    private static let shortestValue = 6
    private static let secretWords: Set = [
        "AUTH", "CREDENTIAL", "CREDENTIALS", "DSN", "KEY", "PASS", "PASSPHRASE", "PWD", "SECRET", "SECRETS", "TOKEN",
        "TOKENS",
    ]
    private static let secretParts = ["PASSWORD", "PASSWD", "SECRET", "TOKEN", "APIKEY", "CREDENTIAL"]

    /// Longest first, so that a secret inside another one does not leave the rest of that one standing.
    private let values: [String]

    package init(variables: [String: String]) {
        var values: Set<String> = []
        for (name, value) in variables {
            if Self.looksSecret(name) { values.insert(value) }
            for match in value.matches(of: Self.urlPassword) { values.insert(String(match.output.password)) }
        }
        // A value of several lines is printed as lines.
        let lines = values.flatMap { $0.split(whereSeparator: \.isNewline).map(String.init) }
        let encoded = lines.compactMap { $0.addingPercentEncoding(withAllowedCharacters: .alphanumerics) }
        self.values = Set(lines + encoded).filter { $0.utf8.count >= Self.shortestValue }
            .sorted { ($1.utf8.count, $0) < ($0.utf8.count, $1) }
    }

    /// Whether a variable of this name holds a secret.
    package static func looksSecret(_ name: String) -> Bool {
        let name = name.uppercased()
        // The shell's own: where one is, and was.
        guard name != "PWD", name != "OLDPWD" else { return false }
        return secretParts.contains { name.contains($0) }
            || name.split(separator: "_").contains { secretWords.contains(String($0)) }
    }

    /// The text with `***` for every secret in it.
    package func masking(_ text: String) -> String {
        let known = values.reduce(text) { $0.replacing($1, with: Self.replacement) }
        return known.replacing(Self.urlPassword) { "\($0.output.before)\(Self.replacement)@" }
            .replacing(Self.urlToken) { "\($0.output.before)\(Self.replacement)@" }
    }

    // A computed property each, because a Regex is not Sendable.
    private static var urlPassword: Regex<(Substring, before: Substring, password: Substring)> {
        #/(?<before>[A-Za-z][A-Za-z0-9+.\-]*://[^\s/@:]*:)(?<password>[^\s/@]+)@/#
    }

    /// A token alone stands where a user's name would: https://ghp_x@example.org.
    private static var urlToken: Regex<(Substring, before: Substring)> {
        #/(?<before>https?://)[^\s/@:*]{20,}@/#
    }
}
