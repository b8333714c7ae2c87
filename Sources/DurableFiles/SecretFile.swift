import Foundation

/// A file that holds one secret and that only its owner reads.
package struct SecretFile: Sendable {
    package let path: String

    package init(path: String) {
        self.path = path
    }

    /// What the file holds; nil where it is missing or empty.
    package var secret: String? {
        let text = try? String(contentsOfFile: path, encoding: .utf8)
        let secret = text?.trimmingCharacters(in: .whitespacesAndNewlines)
        return secret.flatMap { $0.isEmpty ? nil : $0 }
    }

    /// Makes a new secret of so many random bytes, which is durable when it is answered.
    @discardableResult
    package func make(bytes: Int) throws(FileFault) -> String {
        let made = Self.randomText(bytes: bytes)
        try DurableFile.write(made + "\n", to: path, mode: 0o600)
        return made
    }

    /// Random bytes of the system's generator, each as two hexadecimal digits.
    package static func randomText(bytes: Int) -> String {
        var generator = SystemRandomNumberGenerator()
        return (0..<bytes)
            .map { _ in String(format: "%02x", UInt8.random(in: .min ... .max, using: &generator)) }.joined()
    }
}
