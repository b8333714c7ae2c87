import Crypto
package import DurableFiles
import Foundation
import Glibc

/// What a key of a signed note is for (C2SP signed-note); the byte is part of the key's identifier.
package enum NoteAlgorithm: UInt8, Sendable {
    /// A log signs its own checkpoints.
    case ed25519 = 0x01
    /// A witness signs somebody's checkpoint and the time at which it did.
    case cosignature = 0x04
}

/// The public key that checks the signatures of a name, written as `name+hash+base64`.
package struct VerifierKey: Hashable, Sendable, CustomStringConvertible {
    package let name: String
    package let algorithm: NoteAlgorithm
    /// The 32 bytes of the Ed25519 key.
    let publicKey: [UInt8]

    init(name: String, algorithm: NoteAlgorithm, publicKey: [UInt8]) {
        self.name = name
        self.algorithm = algorithm
        self.publicKey = publicKey
    }

    /// Reads a key as Go's `note` package writes it; nil when it is none, or not one of Ed25519.
    package init?(_ text: String) {
        let parts = text.trimmingCharacters(in: .whitespacesAndNewlines).split(
            separator: "+", maxSplits: 2, omittingEmptySubsequences: false)
        guard parts.count == 3, let data = Data(base64Encoded: String(parts[2])), data.count == 33,
            let algorithm = NoteAlgorithm(rawValue: data[0]), Self.accepts(name: String(parts[0]))
        else { return nil }
        self.init(name: String(parts[0]), algorithm: algorithm, publicKey: Array(data.dropFirst()))
        guard identifierText == parts[1] else { return nil }
    }

    package var description: String {
        "\(name)+\(identifierText)+\(Data([algorithm.rawValue] + publicKey).base64EncodedString())"
    }

    /// The first four bytes of the SHA-256 of name, newline, algorithm and key.
    var identifier: [UInt8] {
        Array(SHA256.hash(data: Data(name.utf8) + [0x0a, algorithm.rawValue] + publicKey).prefix(4))
    }

    var identifierText: String { identifier.map { Hexadecimal.pair($0) }.joined() }

    func accepts(_ signature: some DataProtocol, of message: Data) -> Bool {
        guard let key = try? Curve25519.Signing.PublicKey(rawRepresentation: publicKey) else { return false }
        return key.isValidSignature(signature, for: message)
    }

    static func accepts(name: String) -> Bool {
        !name.isEmpty && !name.contains { $0 == "+" || $0.isWhitespace || $0.asciiValue.map { $0 < 0x20 } == true }
    }
}

/// The private key with which a log signs its checkpoints or a witness those of others.
///
/// It lies in a file of its own (mode 0400 or 0600), outside of the state database, in the form of Go's `note` package.
package struct NoteSigningKey: Sendable {
    package let verifierKey: VerifierKey
    private let privateKey: Curve25519.Signing.PrivateKey

    /// Makes a new key of the system's random bytes. The name must have neither spaces nor '+'.
    package init(name: String, algorithm: NoteAlgorithm = .ed25519) {
        self.init(name: name, algorithm: algorithm, privateKey: Curve25519.Signing.PrivateKey())
    }

    private init(name: String, algorithm: NoteAlgorithm, privateKey: Curve25519.Signing.PrivateKey) {
        precondition(VerifierKey.accepts(name: name), "The name of a key has neither spaces nor '+'.")
        self.privateKey = privateKey
        verifierKey = VerifierKey(
            name: name, algorithm: algorithm, publicKey: Array(privateKey.publicKey.rawRepresentation))
    }

    /// Reads a key's file.
    ///
    /// Throws `AuditError.badKey` when others than its owner may read it, or it holds no such key.
    package init(path: String) throws(AuditError) {
        var status = stat()
        guard stat(path, &status) == 0 else { throw .file(FileFault(operation: "read", path: path)) }
        guard status.st_mode & 0o077 == 0 else {
            throw .badKey(path: path, why: "others than its owner may read it; give it mode 0400")
        }
        guard let text = SecretFile(path: path).secret else { throw .badKey(path: path, why: "the file is empty") }
        self = try Self.parse(text, path: path)
    }

    /// Writes the key into a new file (mode 0400), durable when it returns.
    package func write(to path: String) throws(FileFault) {
        let secret = Data([verifierKey.algorithm.rawValue] + privateKey.rawRepresentation).base64EncodedString()
        let text = "PRIVATE+KEY+\(verifierKey.name)+\(verifierKey.identifierText)+\(secret)\n"
        try DurableFile.write(text, to: path, mode: 0o400)
    }

    /// Reads the key of a file, or makes a key of this name in it where there is no file.
    package static func openOrMake(path: String, name: String, algorithm: NoteAlgorithm = .ed25519) throws -> Self {
        if access(path, F_OK) == 0 { return try NoteSigningKey(path: path) }
        let key = NoteSigningKey(name: name, algorithm: algorithm)
        try key.write(to: path)
        return key
    }

    private static func parse(_ text: String, path: String) throws(AuditError) -> Self {
        let parts = text.split(separator: "+", maxSplits: 4, omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 5, parts[0] == "PRIVATE", parts[1] == "KEY", VerifierKey.accepts(name: parts[2]),
            let data = Data(base64Encoded: parts[4]), data.count == 33,
            let algorithm = NoteAlgorithm(rawValue: data[0]),
            let privateKey = try? Curve25519.Signing.PrivateKey(rawRepresentation: data.dropFirst())
        else { throw .badKey(path: path, why: "it is no Ed25519 key of a signed note") }
        let key = NoteSigningKey(name: parts[2], algorithm: algorithm, privateKey: privateKey)
        guard key.verifierKey.identifierText == parts[3] else {
            throw .badKey(path: path, why: "its identifier does not fit its name and key")
        }
        return key
    }

    func signature(of message: Data) throws -> Data { try privateKey.signature(for: message) }
}

/// Bytes as lower-case digits.
enum Hexadecimal {
    static func pair(_ byte: UInt8) -> String {
        let text = String(byte, radix: 16)
        return byte < 16 ? "0\(text)" : text
    }

    static func text(_ bytes: some Sequence<UInt8>) -> String { bytes.map(pair).joined() }
}
