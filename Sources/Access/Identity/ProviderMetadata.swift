import Foundation

/// What a provider says of itself, as far as it is used, checked.
struct ProviderMetadata: Sendable {
    let authorizationEndpoint: String
    let tokenEndpoint: String
    let keysEndpoint: String
    let deviceEndpoint: String?
    /// Whether it promises to name itself when it leads back (RFC 9207).
    let namesItself: Bool

    private struct Document: Decodable {
        let issuer: String
        let authorization_endpoint: String
        let token_endpoint: String
        let jwks_uri: String
        let device_authorization_endpoint: String?
        let authorization_response_iss_parameter_supported: Bool?
        let code_challenge_methods_supported: [String]?
    }

    /// Throws where the document is not this issuer's, or names an address that may not be asked.
    init(_ data: Data, issuer: String) throws(AccessError) {
        guard let document = try? JSONDecoder().decode(Document.self, from: data) else {
            throw .provider("its metadata can't be read")
        }
        guard document.issuer == issuer else {
            throw .provider("its metadata is for the issuer \(document.issuer.told), and \(issuer) is configured")
        }
        let endpoints = [document.authorization_endpoint, document.token_endpoint, document.jwks_uri]
        for endpoint in endpoints + [document.device_authorization_endpoint].compactMap(\.self)
        where !ProviderAddress.mayBeAsked(endpoint) {
            throw .provider("its metadata names \(endpoint.told), which is neither https nor on this machine")
        }
        if let methods = document.code_challenge_methods_supported, !methods.contains("S256") {
            throw .provider("it does not take PKCE with S256")
        }
        authorizationEndpoint = document.authorization_endpoint
        tokenEndpoint = document.token_endpoint
        keysEndpoint = document.jwks_uri
        deviceEndpoint = document.device_authorization_endpoint
        namesItself = document.authorization_response_iss_parameter_supported ?? false
    }
}
