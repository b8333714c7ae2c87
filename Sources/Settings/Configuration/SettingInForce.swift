package import Domain

/// One key of a `switchyard.yaml` with its value, defaults included, as people would write it.
package struct SettingInForce: Equatable, Sendable {
    /// When a changed value counts.
    package enum Effect: String, Codable, CaseIterable, Sendable {
        /// From the next step of a deployment on, also of one under way.
        case nextStep
        /// At once, by a reload of the proxy.
        case reload
        /// At once.
        case now
        /// What runs keeps the old value until a deployment replaces it.
        case nextDeployment
    }

    /// The path of keys that leads to it: `environments.production.bake`.
    package let key: String
    /// May hold a secret.
    package let value: String
    package let effect: Effect
}

extension Configuration {
    /// Every key that has a value, in the order of the file.
    package var settingsInForce: [SettingInForce] {
        var list = SettingList()
        list.add("application", application.rawValue, .now)
        for environment in environments { list.add(environment) }
        list.add(traffic)
        list.add("api.listen", api.listen, .now)
        list.add("api.public_listen", api.publicListen, .now)
        list.add("api.secure.listen", api.secure?.listen, .now)
        list.add("api.secure.certificate", api.secure?.certificate, .now)
        list.add("api.secure.key", api.secure?.key, .now)
        if !api.trustedProxies.isEmpty {
            list.add("api.trusted_proxies", "[\(api.trustedProxies.joined(separator: ", "))]", .now)
        }
        list.add(access)
        list.add(audit)
        return list.settings
    }
}

/// Takes a configuration apart.
struct SettingList {
    var settings: [SettingInForce] = []

    mutating func add(_ key: String, _ value: String?, _ effect: SettingInForce.Effect) {
        if let value { settings.append(SettingInForce(key: key, value: value, effect: effect)) }
    }

    mutating func add(_ environment: EnvironmentDefinition) {
        let path = "environments.\(environment.name)"
        let database =
            switch environment.database {
            case .embedded: "embedded"
            case .none: "none"
            case .secret: "secret"
            case .url(let url): url
            }
        add("\(path).domains", "[\(environment.domains.joined(separator: ", "))]", .reload)
        add("\(path).database", database, .nextDeployment)
        for (name, value) in environment.settings.sorted(by: { $0.key < $1.key }) {
            add("\(path).settings.\(name)", value, .nextDeployment)
        }
        for (name, value) in environment.rehearsalSettings.sorted(by: { $0.key < $1.key }) {
            add("\(path).rehearsal_settings.\(name)", value, .nextStep)
        }
        add("\(path).protected", "\(environment.isProtected)", .now)
        add("\(path).purpose", environment.purpose, .now)
        add("\(path).data", environment.data?.rawValue, .nextStep)
        add("\(path).features", environment.features.rawValue, .now)
        for (name, count) in environment.instances.sorted(by: { $0.key < $1.key }) {
            add("\(path).instances.\(name)", "\(count)", .nextDeployment)
        }
        add(environment.policy, below: path)
        add(environment.policy.verdict, below: path)
    }

    private mutating func add(_ policy: DeploymentPolicy, below path: String) {
        add("\(path).keep_releases", "\(policy.keepReleases)", .reload)
        let durations: [(String, Double, SettingInForce.Effect)] = [
            ("rollback_period", policy.rollbackPeriodSeconds, .now),
            ("warm_deadline", policy.warmDeadlineSeconds, .nextStep), ("bake", policy.bakeSeconds, .nextStep),
            ("drain", policy.drainSeconds, .nextStep), ("stop", policy.stopSeconds, .nextDeployment),
            ("close_spread", policy.closeSpreadSeconds, .nextStep), ("recovery", policy.recoverySeconds, .nextStep),
            ("backup_deadline", policy.backupDeadlineSeconds, .nextStep),
            ("expand_deadline", policy.expandDeadlineSeconds, .nextStep),
            ("rehearsal_deadline", policy.rehearsalDeadlineSeconds, .nextStep),
            ("contract_after", policy.contractAfterSeconds, .nextStep),
        ]
        for (key, seconds, effect) in durations { add("\(path).\(key)", duration(seconds), effect) }
        add("\(path).rehearsal", policy.rehearses ? "required" : "off", .nextStep)
        add("\(path).irreversible", policy.allowsIrreversible ? "allowed" : "refused", .nextStep)
        add("\(path).schema_drift", policy.acceptsSchemaDrift ? "accepted" : "refused", .nextStep)
        add("\(path).backfill", policy.backfills ? "automatic" : "manual", .now)
        add("\(path).backfill_share", "\(Int((policy.backfillShare * 100).rounded()))", .now)
        add("\(path).max_instances", "\(policy.maxInstances)", .reload)
    }

    mutating func add(_ traffic: TrafficSettings) {
        add("traffic.http", traffic.http, .reload)
        add("traffic.https", traffic.https, .reload)
        add("traffic.certificates", traffic.certificates, .reload)
        add("traffic.acme.email", traffic.acme?.email, .now)
        add("traffic.acme.directory", traffic.acme?.directory, .now)
        add("traffic.acme.trusted_roots", traffic.acme?.trustedRoots, .now)
        add("traffic.acme.renew_before", traffic.acme.map { duration($0.renewBeforeSeconds) }, .now)
        add("traffic.redirect_to_https", "\(traffic.redirectToHTTPS)", .reload)
        add("traffic.hsts", duration(Double(traffic.hstsSeconds)), .reload)
        add("traffic.max_connections", "\(traffic.maxConnections)", .reload)
    }

    mutating func add(_ audit: AuditSettings) {
        add("audit.retention_months", "\(audit.retentionMonths)", .now)
        add("audit.witness.url", audit.witness?.url, .now)
        add("audit.witness.public_key", audit.witness?.publicKey, .now)
        add("audit.witness.every", audit.witness.map { duration($0.everySeconds) }, .now)
    }

    func duration(_ seconds: Double) -> String { Quantity.duration(Int((seconds * 1_000).rounded())) }
}

extension SettingList {
    mutating func add(_ access: AccessSettings) {
        func list(_ texts: [String]) -> String? { texts.isEmpty ? nil : "[\(texts.joined(separator: ", "))]" }
        add("access.networks", list(access.networks), .now)
        add("access.break_glass_notice", list(access.breakGlassNotice), .now)
        add("access.secret_recipients", list(access.secretRecipients), .now)
        add("access.sign_in.issuer", access.signIn?.issuer, .now)
        add("access.sign_in.client_id", access.signIn?.clientID, .now)
        add("access.sign_in.client_secret", access.signIn?.clientSecret, .now)
        add("access.sign_in.address", access.signIn?.address, .now)
        add("access.sign_in.name", access.signIn.map { $0.isNamedByEmail ? "email" : "sub" }, .now)
        add("access.sign_in.groups", access.signIn.flatMap { list($0.groups) }, .now)
        add("access.sign_in.contexts", access.signIn.flatMap { list($0.contexts) }, .now)
        add("access.vpn.network", access.vpn?.network, .now)
        add("access.vpn.endpoint", access.vpn?.endpoint, .now)
        add("access.vpn.public_key", access.vpn?.publicKey, .now)
        add("access.vpn.routes", access.vpn.flatMap { list($0.routes) }, .now)
        add("access.vpn.server_file", access.vpn?.serverFile, .now)
        add("access.vpn.interface_file", access.vpn?.interfaceFile, .now)
    }
}
