import Access
import Foundation
import Testing

/// What is compared is always two digests of 32 bytes, never two secrets.
struct SecretDigestTests {
    @Test(arguments: [0, 1, 31, 32, 33, 1_000])
    func `whatever was sent, what is compared has 32 bytes`(length: Int) {
        #expect(SecretDigest(of: String(repeating: "x", count: length)).data.count == 32)
    }

    @Test func `a digest differs wherever one bit does`() throws {
        let digest = SecretDigest(of: "secret")
        #expect(digest == SecretDigest(of: "secret"))
        for byte in 0..<32 {
            var data = digest.data
            data[byte] ^= 1
            #expect(try #require(SecretDigest(stored: data)) != digest, "byte \(byte)")
        }
    }

    @Test func `what has another length is no digest`() throws {
        for length in [0, 16, 31, 33, 64] { #expect(SecretDigest(stored: Data(count: length)) == nil) }
        #expect(throws: DecodingError.self) {
            try JSONDecoder().decode([SecretDigest].self, from: JSONEncoder().encode([Data(count: 31)]))
        }
    }

    @Test func `it is SHA-256 as others compute it`() {
        let known = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        #expect(SecretDigest(of: "abc").data.map { String(format: "%02x", $0) }.joined() == known)
    }
}
