package import Domain

extension Configuration {
    /// Reads a `switchyard.yaml`; throws `SettingsError` with everything that is wrong with it.
    ///
    /// `variables` is what `${NAME}` in a database URL stands for, usually the process's environment.
    package static func read(file: String, variables: [String: String]) throws(SettingsError) -> Configuration {
        try parse(YAMLDocument.text(of: file), file: file, variables: variables)
    }

    /// Reads a `switchyard.yaml` that is in memory; `file` is what error messages call it.
    package static func parse(
        _ text: String, file: String = "switchyard.yaml", variables: [String: String] = [:]
    ) throws(SettingsError) -> Configuration {
        try YAMLDocument(file: file, variables: variables).read(text, as: .mapping { Configuration(keys: $0) })
    }

    /// The text of a `switchyard.yaml`, of which nothing is known but that its size is bearable.
    package static func text(of file: String) throws(SettingsError) -> String { try YAMLDocument.text(of: file) }

    init?(keys: MappingReader) {
        let application = keys.required(
            "application", .name(ApplicationName.self), "the application's name, as in its releases.")
        let environments = keys.required("environments", .environments, "dev, staging, production, … by name.")
        let traffic = keys.optional("traffic", .traffic, "Where users come in.")
        let api = keys.optional("api", .api, "Where operators come in.")
        let access = keys.optional("access", .access, "Who comes in, and from where.")
        let audit = keys.optional("audit", .audit, "What becomes of the record of who did what.")
        for conflict in ListenConflict.find(traffic: traffic ?? TrafficSettings(), api: api ?? APISettings()) {
            conflict.report(in: keys)
        }
        guard let application, let environments else { return nil }
        self.init(
            application: application, environments: environments, traffic: traffic ?? TrafficSettings(),
            api: api ?? APISettings(), access: access ?? AccessSettings(), audit: audit ?? AuditSettings())
    }
}

extension ValueReader where Value == TrafficSettings {
    static var traffic: ValueReader {
        .mapping { keys in
            var traffic = TrafficSettings()
            traffic.http = keys.optional("http", .listenAddress, "Address for HTTP.") ?? traffic.http
            traffic.https = keys.optional("https", .listenAddress, "Address for HTTPS; none by default.")
            traffic.certificates = keys.optional(
                "certificates", .localPath, "Folder of PEM files, chosen by server name; self-signed by default.")
            traffic.acme = keys.optional(
                "acme", .acme, "The authority that certificates come from by themselves; none by default.")
            traffic.redirectToHTTPS =
                keys.optional("redirect_to_https", .boolean, "Whether plain HTTP is redirected to HTTPS.")
                ?? traffic.redirectToHTTPS
            let hsts = keys.optional(
                "hsts", .duration(milliseconds: 0...63_072_000_000), "Strict-Transport-Security; 0s sends none.")
            traffic.hstsSeconds = hsts.map { Int($0) } ?? traffic.hstsSeconds
            traffic.maxConnections =
                keys.optional("max_connections", .integer(10...1_000_000), "Most client connections; 10000.")
                ?? traffic.maxConnections
            if traffic.https == nil, traffic.redirectToHTTPS {
                keys.report("redirect_to_https", "'redirect_to_https' needs 'https', which is not set.")
            }
            if traffic.https == nil, traffic.acme != nil {
                keys.report("acme", "'acme' needs 'https', which is not set.")
            }
            if traffic.certificates != nil, traffic.acme != nil {
                keys.report("acme", "'acme' and 'certificates' exclude each other; remove one of them.")
            }
            return traffic
        }
    }
}

extension ValueReader where Value == ACMESettings {
    static var acme: ValueReader {
        .mapping { keys in
            let email = keys.required("email", .emailAddress, "Where the authority writes to.")
            let directory = keys.optional(
                "directory", .secureURL, "URL of the authority's directory; Let's Encrypt's by default.")
            let roots = keys.optional(
                "trusted_roots", .localPath, "PEM file of roots that the authority's address is trusted by.")
            let renewBefore = keys.optional(
                "renew_before", .duration(milliseconds: 3_600_000...31_536_000_000),
                "How long before its end a certificate is renewed; 30d by default.")
            guard let email else { return nil }
            var acme = ACMESettings(email: email)
            acme.directory = directory ?? acme.directory
            acme.trustedRoots = roots
            acme.renewBeforeSeconds = renewBefore ?? acme.renewBeforeSeconds
            return acme
        }
    }
}

extension ValueReader where Value == APISettings {
    static var api: ValueReader {
        .mapping { keys in
            APISettings(
                listen: keys.optional("listen", .listenAddress, "Address of the REST API; loopback by default.")
                    ?? APISettings().listen,
                publicListen: keys.optional(
                    "public_listen", .listenAddress,
                    "Address for what anybody may see, such as the record's checkpoint; none by default."),
                secure: keys.optional("secure", .secureListener, "The same API over TLS; none by default."),
                trustedProxies: keys.optional(
                    "trusted_proxies", .list(of: .text(), limit: 100),
                    "Networks of proxies whose X-Forwarded-For says who calls; none by default.") ?? [])
        }
    }
}

extension ValueReader where Value == APISettings.SecureListener {
    static var secureListener: ValueReader {
        .mapping { keys in
            let listen = keys.required("listen", .listenAddress, "Its address, such as 0.0.0.0:7443.")
            let certificate = keys.required(
                "certificate", .localPath, "PEM file of the certificate, with those between it and its root.")
            let key = keys.required("key", .localPath, "PEM file of its private key.")
            guard let listen, let certificate, let key else { return nil }
            return APISettings.SecureListener(listen: listen, certificate: certificate, key: key)
        }
    }
}
