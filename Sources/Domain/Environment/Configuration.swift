/// Everything that `switchyard.yaml` says.
package struct Configuration: Codable, Equatable, Sendable {
    package var application: ApplicationName
    package var environments: [EnvironmentDefinition]
    package var traffic: TrafficSettings
    package var api: APISettings
    package var access: AccessSettings
    package var audit: AuditSettings

    package init(
        application: ApplicationName, environments: [EnvironmentDefinition],
        traffic: TrafficSettings = TrafficSettings(), api: APISettings = APISettings(),
        access: AccessSettings = AccessSettings(), audit: AuditSettings = AuditSettings()
    ) {
        self.application = application
        self.environments = environments
        self.traffic = traffic
        self.api = api
        self.access = access
        self.audit = audit
    }
}

/// Where users come in.
package struct TrafficSettings: Codable, Equatable, Sendable {
    /// `address:port` for HTTP; port 0 asks the system for one, which is then kept.
    package var http: String
    /// `address:port` for HTTPS, or nil for none.
    package var https: String?
    /// Folder of PEM files (certificate chain and key in one file each), chosen by SNI; nil for a self-signed one.
    package var certificates: String?
    /// The authority that certificates for the environments' domains come from by themselves; nil for none. Not beside
    /// `certificates`.
    package var acme: ACMESettings?
    /// Whether plain HTTP is answered with a redirect to HTTPS (only where `https` is set).
    package var redirectToHTTPS: Bool
    /// Strict-Transport-Security's max-age in seconds; 0 sends no such header.
    package var hstsSeconds: Int
    /// Highest number of client connections.
    package var maxConnections: Int

    package init(
        http: String = "127.0.0.1:0", https: String? = nil, certificates: String? = nil, acme: ACMESettings? = nil,
        redirectToHTTPS: Bool = false, hstsSeconds: Int = 0, maxConnections: Int = 10_000
    ) {
        self.http = http
        self.https = https
        self.certificates = certificates
        self.acme = acme
        self.redirectToHTTPS = redirectToHTTPS
        self.hstsSeconds = hstsSeconds
        self.maxConnections = maxConnections
    }
}

/// An authority that gives certificates by ACME (RFC 8555), to whoever answers for a domain over HTTP (http-01).
package struct ACMESettings: Codable, Equatable, Sendable {
    /// Where the authority writes to about the account and about certificates that end.
    package var email: String
    /// URL of the authority's directory.
    package var directory: String
    /// PEM file of the roots that the authority's own address is trusted by; nil for the system's.
    package var trustedRoots: String?
    /// How long before its end a certificate is renewed, in seconds.
    package var renewBeforeSeconds: Double

    package init(
        email: String, directory: String = ACMESettings.letsEncrypt, trustedRoots: String? = nil,
        renewBeforeSeconds: Double = 30 * 86_400
    ) {
        self.email = email
        self.directory = directory
        self.trustedRoots = trustedRoots
        self.renewBeforeSeconds = renewBeforeSeconds
    }

    package static let letsEncrypt = "https://acme-v02.api.letsencrypt.org/directory"
}

/// Where operators come in.
package struct APISettings: Codable, Equatable, Sendable {
    /// `address:port`; port 0 asks the system for one. Loopback unless somebody decides otherwise.
    package var listen: String
    /// `address:port` for what anybody may see, and nothing else; nil for none.
    package var publicListen: String?
    /// The same API over TLS; nil for none.
    package var secure: SecureListener?
    /// Networks of proxies whose `X-Forwarded-For` is believed, in CIDR notation.
    package var trustedProxies: [String]

    /// An address with a certificate.
    package struct SecureListener: Codable, Equatable, Sendable {
        /// `address:port`.
        package var listen: String
        /// PEM file of the certificate and those between it and its root.
        package var certificate: String
        /// PEM file of its private key.
        package var key: String

        package init(listen: String, certificate: String, key: String) {
            self.listen = listen
            self.certificate = certificate
            self.key = key
        }
    }

    package init(
        listen: String = "127.0.0.1:0", publicListen: String? = nil, secure: SecureListener? = nil,
        trustedProxies: [String] = []
    ) {
        self.listen = listen
        self.publicListen = publicListen
        self.secure = secure
        self.trustedProxies = trustedProxies
    }
}
