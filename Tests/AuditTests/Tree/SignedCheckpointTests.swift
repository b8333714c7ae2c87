import Foundation
import TestSupport
import Testing

@testable import Audit

struct SignedCheckpointTests {
    private let key = NoteSigningKey(name: "log.example/a")

    private func signed(_ size: Int = 3) throws -> SignedCheckpoint {
        try SignedCheckpoint(size: size, root: .leaf(Data("x".utf8)), signer: key)
    }

    @Test func `a checkpoint is read as it was written, and its signature holds`() throws {
        let checkpoint = try signed()
        let read = try SignedCheckpoint(checkpoint.description)
        #expect(read == checkpoint && read.isSigned(by: key.verifierKey))
        #expect(!read.isSigned(by: NoteSigningKey(name: "log.example/a").verifierKey))
        #expect(!read.isSigned(by: NoteSigningKey(name: "log.example/b").verifierKey))
    }

    @Test func `no byte of a checkpoint can be changed`() throws {
        let bytes = Array(try signed().description.utf8)
        for index in bytes.indices {
            var changed = bytes
            changed[index] ^= 1
            let read = try? SignedCheckpoint(String(decoding: changed, as: UTF8.self))
            #expect(read?.isSigned(by: key.verifierKey) != true, "byte \(index)")
        }
    }

    static let malformed = [
        "", "\n", "a\n1\n", "log\n1\nx\n\n— log AAAAAAAA\n", "log\n01\n\(root)\n\n— log AAAAAAAA\n",
        "log\n-1\n\(root)\n\n— log AAAAAAAA\n", "log\n1\n\(root)\n\n", "log\n1\n\(root)\n\n- log AAAAAAAA\n",
        "log\n1\n\(root)\n\n— log AAAAAAAA", "log\r\n1\n\(root)\n\n— log AAAAAAAA\n",
        "l g\n1\n\(root)\n\n— log AAAAAAAA\n",
        "log\n1\n\(root)\n\n— log AAA\n", "log\n1\n\(root)\n\n— lo+g AAAAAAAA\n",
    ]
    private static let root = "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="

    @Test(arguments: malformed)
    func `what is no checkpoint is refused`(text: String) {
        #expect(throws: AuditError.self) { try SignedCheckpoint(text) }
    }

    @Test func `a public key is read as it was written, and no other text is one`() {
        let text = key.verifierKey.description
        #expect(VerifierKey(text) == key.verifierKey)
        #expect(VerifierKey(text + "\n") == key.verifierKey)
        for wrong in ["", "a+b", text.replacing("log.example/a", with: "log.example/b"), String(text.dropLast(4))] {
            #expect(VerifierKey(wrong) == nil)
        }
    }

    @Test func `a private key lies in a file that only its owner reads`() async throws {
        try await withTemporaryFolder { folder in
            let path = "\(folder)/key"
            try key.write(to: path)
            #expect(try NoteSigningKey(path: path).verifierKey == key.verifierKey)
            let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
            #expect(mode == 0o400)
            try FileManager.default.setAttributes([.posixPermissions: 0o440], ofItemAtPath: path)
            let error = #expect(throws: AuditError.self) { try NoteSigningKey(path: path) }
            #expect(error?.description.contains("give it mode 0400") == true)
        }
    }
}
