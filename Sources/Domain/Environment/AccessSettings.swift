/// Who comes in and from where, as `switchyard.yaml` says it; not yet checked against each other.
package struct AccessSettings: Codable, Equatable, Sendable {
    /// Networks from which protected environments may be called, in CIDR notation; empty for no restriction.
    package var networks: [String]
    /// How people sign in; nil where only tokens are used.
    package var signIn: SignInSettings?
    package var vpn: VPNSettings?
    /// A command that is told of every break-glass, by JSON on its standard input; empty for none.
    package var breakGlassNotice: [String]
    /// Recipients of age to whom secrets of protected environments may be exported.
    package var secretRecipients: [String]

    package init(
        networks: [String] = [], signIn: SignInSettings? = nil, vpn: VPNSettings? = nil,
        breakGlassNotice: [String] = [],
        secretRecipients: [String] = []
    ) {
        self.networks = networks
        self.signIn = signIn
        self.vpn = vpn
        self.breakGlassNotice = breakGlassNotice
        self.secretRecipients = secretRecipients
    }
}

/// An OpenID Connect provider, and where it leads people back to.
package struct SignInSettings: Codable, Equatable, Sendable {
    /// As the provider writes itself.
    package var issuer: String
    package var clientID: String
    /// Nil for a public client.
    package var clientSecret: String?
    /// Where browsers reach the API, without a path; the provider leads back to `/sign-in/return` there.
    package var address: String
    /// Whether accounts are named by their verified e-mail address, or by the provider's own id.
    package var isNamedByEmail: Bool
    /// Groups of which somebody must be in one; empty for no such rule.
    package var groups: [String]
    /// Kinds of sign-in (`acr`) of which one must be confirmed; empty for no such rule.
    package var contexts: [String]

    package init(
        issuer: String, clientID: String, clientSecret: String? = nil, address: String, isNamedByEmail: Bool = true,
        groups: [String] = [], contexts: [String] = []
    ) {
        self.issuer = issuer
        self.clientID = clientID
        self.clientSecret = clientSecret
        self.address = address
        self.isNamedByEmail = isNamedByEmail
        self.groups = groups
        self.contexts = contexts
    }
}

/// The WireGuard network from which protected environments are called.
package struct VPNSettings: Codable, Equatable, Sendable {
    /// Its addresses: 10.8.0.0/24.
    package var network: String
    /// Where the server is reached from outside: vpn.example.com:51820.
    package var endpoint: String
    /// The server's, in base64.
    package var publicKey: String
    /// Networks that peers reach through it beside its own.
    package var routes: [String]
    /// The server's configuration that peers are written into, behind what `interfaceFile` has; nil for none.
    package var serverFile: String?
    /// The file with the server's `[Interface]` section.
    package var interfaceFile: String?

    package init(
        network: String, endpoint: String, publicKey: String, routes: [String] = [], serverFile: String? = nil,
        interfaceFile: String? = nil
    ) {
        self.network = network
        self.endpoint = endpoint
        self.publicKey = publicKey
        self.routes = routes
        self.serverFile = serverFile
        self.interfaceFile = interfaceFile
    }
}
