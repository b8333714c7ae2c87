import Foundation

/// An OpenID Connect provider as the configuration describes it, checked.
package struct IdentityProviderSettings: Sendable, Equatable {
    /// Which claim is the name of an account here.
    package enum NameClaim: String, Sendable, CaseIterable {
        /// The address, lower-cased; only where the provider has verified it.
        case email
        /// The provider's own id.
        case subject = "sub"
    }

    /// Exactly as the provider writes itself in its tokens.
    package let issuer: String
    package let clientID: String
    /// Nil for a public client, which PKCE alone protects.
    package let clientSecret: String?
    package let nameClaim: NameClaim
    /// Groups of which one must be among the person's; empty for no such rule. Roles never come from groups.
    package let requiredGroups: Set<String>
    package let groupsClaim: String
    /// What a sign-in asks for beside `openid`.
    package let scopes: [String]
    /// `acr` values of which one must be in the id token, where this is not empty: multi-factor, say.
    package let requiredContexts: [String]

    /// Throws where the issuer is no address that may be asked.
    package init(
        issuer: String, clientID: String, clientSecret: String? = nil, nameClaim: NameClaim = .email,
        requiredGroups: Set<String> = [], groupsClaim: String = "groups", scopes: [String] = ["email", "profile"],
        requiredContexts: [String] = []
    ) throws(AccessError) {
        guard ProviderAddress.mayBeAsked(issuer), !issuer.contains(where: { "?#".contains($0) }) else {
            throw .issuer(issuer)
        }
        self.issuer = issuer
        self.clientID = clientID
        self.clientSecret = clientSecret
        self.nameClaim = nameClaim
        self.requiredGroups = requiredGroups
        self.groupsClaim = groupsClaim
        self.scopes = scopes
        self.requiredContexts = requiredContexts
    }

    /// Where the provider describes itself (OpenID Connect Discovery 4).
    var discoveryURL: String {
        let base = issuer.hasSuffix("/") ? String(issuer.dropLast()) : issuer
        return "\(base)/.well-known/openid-configuration"
    }

    var scope: String { (["openid"] + scopes.filter { $0 != "openid" }).joined(separator: " ") }
}

/// Addresses of a provider that may be asked.
enum ProviderAddress {
    /// https, or http on this very machine; nothing with a password in it.
    static func mayBeAsked(_ text: String) -> Bool {
        guard let url = URLComponents(string: text), let host = url.host, !host.isEmpty, url.user == nil,
            url.password == nil
        else { return false }
        switch url.scheme {
        case "https": return true
        case "http": return ["127.0.0.1", "localhost", "::1", "[::1]"].contains(host)
        default: return false
        }
    }
}
