import Domain
import Yams

extension ValueReader where Value == [EnvironmentDefinition] {
    /// The environments in the file's order; a host name belongs to one of them.
    static var environments: ValueReader {
        let named = ValueReader<[(name: EnvironmentName, value: EnvironmentDefinition)]>
            .named(EnvironmentName.self, limit: 32) { .environment(named: $0) }
        return ValueReader(schema: named.schema) { node in
            guard let environments = named.read(node)?.map(\.value) else { return nil }
            var owners: [String: EnvironmentName] = [:]
            for environment in environments {
                for domain in environment.domains {
                    if let owner = owners.updateValue(environment.name, forKey: domain) {
                        node.reportSharedDomain(domain, of: owner, and: environment.name)
                    }
                }
            }
            return environments
        }
    }
}

extension SettingNode {
    fileprivate func reportSharedDomain(_ domain: String, of first: EnvironmentName, and second: EnvironmentName) {
        let domains = node.mapping?.first { $0.key.scalar?.string == second.rawValue }?.value.mapping?
            .first { $0.key.scalar?.string == "domains" }?.value
        // The last one is the second one where an environment names a domain twice.
        let place = domains?.sequence?.last { $0.scalar?.string.lowercased() == domain }
        let owner = first == second ? "named twice" : "also a domain of '\(first)'"
        document.report("'\(domain)' is \(owner); a domain leads to one environment.", at: place?.mark ?? node.mark)
    }
}

extension ValueReader where Value == EnvironmentDefinition {
    static func environment(named name: EnvironmentName) -> ValueReader {
        .mapping { keys in
            let domains = keys.optional(
                "domains", .list(of: .hostName, limit: 64), "Host names that reach it; the first is shown to people.")
            let database = keys.optional(
                "database", .database,
                "embedded (the default), none, a url of a PostgreSQL of your own, or secret: its secret DATABASE_URL.")
            let settings = keys.optional(
                "settings", .environmentVariables, "Environment variables; they win over the release's own.")
            let rehearsalSettings = keys.optional(
                "rehearsal_settings", .environmentVariables,
                "Environment variables of a release that is tried on a clone, instead of 'settings': no live keys.")
            let isProtected = keys.optional(
                "protected", .boolean,
                "Whether one person alone changes nothing in it, once there are accounts; false by default.")
            let purpose = keys.optional("purpose", .text(), "What it is for, in a sentence for people.")
            let data = keys.optional(
                "data", ValueReader<DataClass>.word,
                "What kind of data it holds; live where it is protected, else unknown by default.")
            let features = keys.optional(
                "features", ValueReader<FeatureSet>.word,
                "Which feature flags may be on; stable where it is protected, else all by default.")
            let instances = keys.optional(
                "instances", .instances, "How many instances of a process run in it, in place of the release's word.")
            let policy = DeploymentPolicy(keys: keys, of: name)
            let environment = EnvironmentDefinition(
                name: name, domains: domains ?? [], database: database ?? .embedded, settings: settings ?? [:],
                rehearsalSettings: rehearsalSettings ?? [:], policy: policy, isProtected: isProtected ?? false,
                purpose: purpose, data: data, features: features, instances: instances ?? [:])
            for (variable, value) in environment.settings.sorted(by: { $0.key < $1.key }) {
                guard let data = environment.data, let key = PaymentKey(value), !key.isFit(for: data) else { continue }
                keys.report(
                    "settings",
                    "'\(variable)' of \(name) is a payment provider's \(key.rawValue) key, and its data is \(data.rawValue); "
                        + "give it the other kind of key.")
            }
            return environment
        }
    }
}

extension ValueReader where Value: RawRepresentable & CaseIterable, Value.RawValue == String {
    /// One of the words that the type has.
    fileprivate static var word: ValueReader {
        .choice(Value.allCases.map(\.rawValue)) { Value(rawValue: $0) }
    }
}

extension ValueReader where Value == [ProcessName: Int] {
    /// Numbers of instances by process.
    fileprivate static var instances: ValueReader {
        let named = ValueReader<[(name: ProcessName, value: Int)]>
            .named(ProcessName.self, limit: 64) { _ in .integer(1...64) }
        return ValueReader(schema: named.schema) { node in
            named.read(node).map { list in
                [ProcessName: Int](list.map { ($0.name, $0.value) }, uniquingKeysWith: { first, _ in first })
            }
        }
    }
}

extension DeploymentPolicy {
    fileprivate init(keys: MappingReader, of environment: EnvironmentName) {
        self.init()
        func duration(_ key: String, _ field: WritableKeyPath<Self, Double>, to hours: Int, _ summary: String) {
            let standard = Quantity.duration(Int(self[keyPath: field] * 1_000))
            let reader = ValueReader<Double>.duration(milliseconds: 0...(hours * 3_600_000))
            if let seconds = keys.optional(key, reader, "\(summary); \(standard) by default.") {
                self[keyPath: field] = seconds
            }
        }
        func count(_ key: String, _ field: WritableKeyPath<Self, Int>, _ range: ClosedRange<Int>, _ summary: String) {
            let summary = "\(summary); \(self[keyPath: field]) by default."
            if let number = keys.optional(key, .integer(range), summary) { self[keyPath: field] = number }
        }
        count("keep_releases", \.keepReleases, 1...16, "Earlier releases that stay warm as ways back")
        duration("rollback_period", \.rollbackPeriodSeconds, to: 2_160, "How long an earlier release stays warm")
        duration("warm_deadline", \.warmDeadlineSeconds, to: 24, "How long a candidate may take to become healthy")
        duration("bake", \.bakeSeconds, to: 168, "How long a release is watched before it is committed")
        duration("drain", \.drainSeconds, to: 24, "How long requests in flight are waited for")
        duration("stop", \.stopSeconds, to: 1, "How long a process has between SIGTERM and SIGKILL")
        duration("close_spread", \.closeSpreadSeconds, to: 24, "Over how long long-lived connections are closed")
        duration("recovery", \.recoverySeconds, to: 24, "How long the recovery after a rollback is watched")
        duration("backup_deadline", \.backupDeadlineSeconds, to: 168, "How long a backup may take")
        duration("expand_deadline", \.expandDeadlineSeconds, to: 168, "How long a release's migrations may take")
        duration("rehearsal_deadline", \.rehearsalDeadlineSeconds, to: 168, "How long a rehearsal may take")
        duration(
            "contract_after", \.contractAfterSeconds, to: 2_160,
            "For how long nothing may have used what a contraction takes away")
        func choice(_ key: String, _ field: WritableKeyPath<Self, Bool>, _ yes: String, _ no: String, _ summary: String)
        {
            let standard = self[keyPath: field] ? yes : no
            let reader = ValueReader<Bool>.choice([yes, no]) { word in [yes: true, no: false][word] }
            if let value = keys.optional(key, reader, "\(summary); \(standard) by default.") {
                self[keyPath: field] = value
            }
        }
        choice(
            "rehearsal", \.rehearses, "required", "off", "Whether migrations are rehearsed on a clone before they run")
        choice(
            "irreversible", \.allowsIrreversible, "allowed", "refused",
            "Whether migrations without a way back may be deployed")
        choice(
            "schema_drift", \.acceptsSchemaDrift, "accepted", "refused",
            "Whether migrations run on a schema that was changed by hand since the last one")
        choice(
            "backfill", \.backfills, "automatic", "manual",
            "Whether backfills run by themselves after the commit of their release")
        if let percent = keys.optional(
            "backfill_share", .integer(1...100),
            "The part of the time in which a backfill works, in percent; \(Int(backfillShare * 100)) by default.")
        {
            backfillShare = Double(percent) / 100
        }
        count("max_instances", \.maxInstances, 1...64, "Most web instances that a release may ask for")
        verdict = VerdictPolicy(keys: keys, of: environment)
    }
}
