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

    /// What is masked, and the variables that hold it.
    private struct Secret {
        let text: String
        let variables: Set<String>
    }

    /// Longest first, so that a secret inside another one does not leave the rest of that one standing.
    private let secrets: [Secret]

    package init(variables: [String: String]) {
        var holders: [String: Set<String>] = [:]
        for (name, value) in variables {
            let passwords = value.matches(of: Self.urlPassword).map { String($0.output.password) }
            for secret in passwords + (Self.looksSecret(name) ? [value] : []) {
                // A value of several lines is printed as lines.
                for line in secret.split(whereSeparator: \.isNewline).map(String.init) {
                    holders[line, default: []].insert(name)
                    let encoded = line.addingPercentEncoding(withAllowedCharacters: .alphanumerics)
                    if let encoded { holders[encoded, default: []].insert(name) }
                }
            }
        }
        secrets = holders.filter { $0.key.utf8.count >= Self.shortestValue }
            .map { Secret(text: $0.key, variables: $0.value) }
            .sorted { ($1.text.utf8.count, $0.text) < ($0.text.utf8.count, $1.text) }
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
        var found: Set<String> = []
        return masking(text, noting: &found)
    }

    /// The same, and adds the names of the variables whose values were in it.
    func masking(_ text: String, noting found: inout Set<String>) -> String {
        var text = text
        for secret in secrets where text.contains(secret.text) {
            text.replace(secret.text, with: Self.replacement)
            found.formUnion(secret.variables)
        }
        return text.replacing(Self.urlPassword) { "\($0.output.before)\(Self.replacement)@" }
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
