import Foundation

/// An id token taken apart, with nothing believed of it yet.
struct IdentityTokenText: Sendable {
    let algorithm: SigningKeys.Algorithm
    let keyIdentifier: String?
    /// Header and payload as they were signed.
    let signed: Data
    let signature: Data
    let payload: Data

    private struct Header: Decodable {
        let alg: String
        let kid: String?
        let crit: [String]?
    }

    init(_ text: String) throws(AccessError) {
        guard text.utf8.count <= Limits.identityTokenBytes else { throw .identityToken("it is too long") }
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 3, let head = Data(base64URL: parts[0]), let payload = Data(base64URL: parts[1]),
            let signature = Data(base64URL: parts[2]),
            let header = try? JSONDecoder().decode(Header.self, from: head)
        else { throw .identityToken("it is no signed JSON Web Token") }
        guard let algorithm = SigningKeys.Algorithm(rawValue: header.alg) else {
            throw .identityToken("it is signed with \(header.alg.told), and only RS256, ES256 and EdDSA are taken")
        }
        // What is critical and unknown must not be passed over (RFC 7515 4.1.11).
        guard header.crit == nil else { throw .identityToken("it has a critical header that is unknown here") }
        self.algorithm = algorithm
        keyIdentifier = header.kid
        signed = Data("\(parts[0]).\(parts[1])".utf8)
        self.signature = signature
        self.payload = payload
    }
}
