import Crypto
import Foundation

/// One encrypted value of a SOPS file: `ENC[AES256_GCM,data:…,iv:…,tag:…,type:…]` (aes/cipher.go of getsops/sops).
struct SopsValue: Equatable {
    /// What the plaintext stands for.
    enum Kind: String {
        case string = "str"
        case integer = "int"
        case number = "float"
        case bool
        case bytes
        case comment
    }

    private let data: Data
    private let nonce: Data
    private let tag: Data
    let kind: Kind

    private static let prefix = "ENC[AES256_GCM,"
    /// SOPS takes nonces of this length, longer than GCM's usual 12.
    private static let nonceBytes = 32

    /// Nil where the text has not that form.
    init?(_ text: String) {
        guard text.hasPrefix(Self.prefix), text.hasSuffix("]") else { return nil }
        var fields: [Substring: Substring] = [:]
        for field in text.dropFirst(Self.prefix.count).dropLast().split(separator: ",") {
            guard let colon = field.firstIndex(of: ":") else { return nil }
            fields[field[..<colon]] = field[field.index(after: colon)...]
        }
        func bytes(_ name: Substring) -> Data? { fields[name].flatMap { Data(base64Encoded: String($0)) } }
        guard fields.count == 4, let data = bytes("data"), let nonce = bytes("iv"), let tag = bytes("tag"),
            let kind = fields["type"].flatMap({ Kind(rawValue: String($0)) }), !nonce.isEmpty, tag.count == 16
        else { return nil }
        self.data = data
        self.nonce = nonce
        self.tag = tag
        self.kind = kind
    }

    /// Encrypts under a new random nonce.
    init(_ plaintext: UnsafeRawBufferPointer, kind: Kind, key: SymmetricKey, authenticating path: String) throws {
        nonce = SymmetricKey(size: SymmetricKeySize(bitCount: Self.nonceBytes * 8)).bytes
        let sealed = try AES.GCM.seal(
            plaintext, using: key, nonce: AES.GCM.Nonce(data: nonce), authenticating: Data(path.utf8))
        data = sealed.ciphertext
        tag = sealed.tag
        self.kind = kind
    }

    var text: String {
        "\(Self.prefix)data:\(data.base64EncodedString()),iv:\(nonce.base64EncodedString()),"
            + "tag:\(tag.base64EncodedString()),type:\(kind.rawValue)]"
    }

    /// Nil where it was altered, or encrypted for another path or under another key.
    func open(key: SymmetricKey, authenticating path: String) -> Data? {
        guard let nonce = try? AES.GCM.Nonce(data: nonce),
            let box = try? AES.GCM.SealedBox(nonce: nonce, ciphertext: data, tag: tag)
        else { return nil }
        return try? AES.GCM.open(box, using: key, authenticating: Data(path.utf8))
    }
}
