/// An environment as `switchyard.yaml` describes it.
package struct EnvironmentDefinition: Codable, Equatable, Sendable {
    /// Where an environment's application keeps its data.
    package enum Database: Codable, Equatable, Sendable {
        /// In the private PostgreSQL cluster inside Switchyard's state folder.
        case embedded
        /// In a PostgreSQL of the team's own, by URL.
        case url(String)
        /// The same by a URL that is the environment's secret DATABASE_URL.
        case secret
        /// The application has none.
        case none
    }

    /// Connections that each slot of an environment may hold at once to the embedded database.
    package static let embeddedConnections = 50

    package var name: EnvironmentName
    /// Host names that reach this environment, lower case; the first is the one people are shown.
    package var domains: [String]
    package var database: Database
    /// Environment variables of the application; they win over the release's own.
    package var settings: [String: String]
    /// Environment variables of a release that is only tried, on a clone of the database: no live keys, no mail.
    package var rehearsalSettings: [String: String]
    package var policy: DeploymentPolicy
    /// Whether one person alone changes nothing in it: production, and what is kept like it.
    package var isProtected: Bool
    /// What it is for, in a sentence for people.
    package var purpose: String?
    /// What kind of data it holds; nil where nothing is said, and nothing is refused for it.
    package var data: DataClass?
    /// Which feature flags may be on in it.
    package var features: FeatureSet
    /// How many instances of a process run in it, in place of what the release says.
    package var instances: [ProcessName: Int]

    package init(
        name: EnvironmentName, domains: [String], database: Database = .embedded, settings: [String: String] = [:],
        rehearsalSettings: [String: String] = [:], policy: DeploymentPolicy = DeploymentPolicy(),
        isProtected: Bool = false, purpose: String? = nil, data: DataClass? = nil, features: FeatureSet? = nil,
        instances: [ProcessName: Int] = [:]
    ) {
        self.name = name
        self.domains = domains
        self.database = database
        self.settings = settings
        self.rehearsalSettings = rehearsalSettings
        self.policy = policy
        self.isProtected = isProtected
        self.purpose = purpose
        self.data = data ?? (isProtected ? .live : nil)
        self.features = features ?? (isProtected ? .stable : .all)
        self.instances = instances
    }

    /// How many instances of a process of a release run here.
    package func instances(of name: ProcessName, in manifest: ReleaseManifest) -> Int {
        instances[name] ?? manifest.processes[name]?.instances ?? 0
    }

    /// How many web instances of a release run here.
    package func webInstances(of manifest: ReleaseManifest) -> Int {
        manifest.processes.first { $0.value.kind == .web }.map { instances(of: $0.key, in: manifest) } ?? 0
    }
}

/// What kind of data an environment, or a database, holds.
package enum DataClass: String, Codable, CaseIterable, Sendable {
    /// Made up.
    case test
    /// Of real users once, with nothing left that tells who they are.
    case sanitised
    /// Of real users.
    case live

    /// Whether a database with data of this kind may be that of an environment with `wanted`.
    package func isFit(for wanted: DataClass) -> Bool { (self == .live) == (wanted == .live) }
}

/// Which feature flags may be on in an environment, by how far they have matured.
package enum FeatureSet: String, Codable, CaseIterable, Sendable {
    case all
    /// Those that are in beta or stable.
    case beta
    case stable
}

/// How deployments behave in an environment; every wait of a deployment has its limit here. All times in seconds.
package struct DeploymentPolicy: Codable, Equatable, Sendable {
    /// Earlier releases that stay warm as ways back.
    package var keepReleases: Int
    /// How long an earlier release stays warm after it was replaced.
    package var rollbackPeriodSeconds: Double
    /// How long a candidate may take to become healthy.
    package var warmDeadlineSeconds: Double
    /// How long a new release is watched at full traffic before it is committed.
    package var bakeSeconds: Double
    /// How long requests in flight are waited for before their slot is stopped.
    package var drainSeconds: Double
    /// How long a process has between SIGTERM and SIGKILL.
    package var stopSeconds: Double
    /// Over how long long-lived connections (websockets, server-sent events) are closed at retirement.
    package var closeSpreadSeconds: Double
    /// How long the recovery after a rollback is watched.
    package var recoverySeconds: Double
    /// How long the backup before a migration may take.
    package var backupDeadlineSeconds: Double
    /// How long the migrations of one release may take.
    package var expandDeadlineSeconds: Double
    /// Whether pending migrations are rehearsed on a clone before they run.
    package var rehearses: Bool
    /// How long a rehearsal may take, its clone included.
    package var rehearsalDeadlineSeconds: Double
    /// Whether migrations without a way back may be deployed.
    package var allowsIrreversible: Bool
    /// Whether migrations run on a schema that somebody changed by hand since the last one.
    package var acceptsSchemaDrift: Bool
    /// For how long nothing may have used what a contraction takes away.
    package var contractAfterSeconds: Double
    /// Whether pending backfills run by themselves once their release is committed.
    package var backfills: Bool
    /// The part of the time in which a backfill works, of 1.
    package var backfillShare: Double
    /// Most web instances a release may ask for; HAProxy's slots are laid out for it.
    package var maxInstances: Int
    /// How a release is judged while users come to it.
    package var verdict: VerdictPolicy

    package init(
        keepReleases: Int = 2,
        rollbackPeriodSeconds: Double = 86_400,
        warmDeadlineSeconds: Double = 60,
        bakeSeconds: Double = 30,
        drainSeconds: Double = 30,
        stopSeconds: Double = 30,
        closeSpreadSeconds: Double = 60,
        recoverySeconds: Double = 15,
        backupDeadlineSeconds: Double = 3_600,
        expandDeadlineSeconds: Double = 600,
        rehearses: Bool = true,
        rehearsalDeadlineSeconds: Double = 3_600,
        allowsIrreversible: Bool = true,
        acceptsSchemaDrift: Bool = false,
        contractAfterSeconds: Double = 86_400,
        backfills: Bool = true,
        backfillShare: Double = 0.5,
        maxInstances: Int = 4,
        verdict: VerdictPolicy = VerdictPolicy()
    ) {
        self.keepReleases = keepReleases
        self.rollbackPeriodSeconds = rollbackPeriodSeconds
        self.warmDeadlineSeconds = warmDeadlineSeconds
        self.bakeSeconds = bakeSeconds
        self.drainSeconds = drainSeconds
        self.stopSeconds = stopSeconds
        self.closeSpreadSeconds = closeSpreadSeconds
        self.recoverySeconds = recoverySeconds
        self.backupDeadlineSeconds = backupDeadlineSeconds
        self.expandDeadlineSeconds = expandDeadlineSeconds
        self.rehearses = rehearses
        self.rehearsalDeadlineSeconds = rehearsalDeadlineSeconds
        self.allowsIrreversible = allowsIrreversible
        self.acceptsSchemaDrift = acceptsSchemaDrift
        self.contractAfterSeconds = contractAfterSeconds
        self.backfills = backfills
        self.backfillShare = backfillShare
        self.maxInstances = maxInstances
        self.verdict = verdict
    }

    /// Slots in the environment's pool: the kept releases, the stable one and a candidate.
    package var slotCount: Int { keepReleases + 2 }
}
