/// What a release says of itself in `release.yaml`: what to run, how to see that it is well, what it brings along.
package struct ReleaseManifest: Codable, Equatable, Sendable {
    package var name: ApplicationName
    package var version: ReleaseVersion
    /// The source revision that the release was built from; free text, at most 128 characters.
    package var commit: String?
    /// The tag of that revision; nil when it has none or nobody recorded it.
    package var tag: String?
    /// Who wrote what is new since the tag before, newest first; nil when nobody recorded it.
    package var authors: [String]?
    /// How the release is made from its source; nil when there is nothing to build.
    package var build: BuildDefinition?
    /// The processes by name; exactly one is of kind `web`.
    package var processes: [ProcessName: ProcessDefinition]
    package var health: HealthDefinition
    /// The key features that must answer before a user sees the release, and that are watched while it bakes.
    package var probes: [ProbeDefinition]
    /// Settings that are part of the release; the environment's own settings win over them.
    package var environment: [String: String]
    /// Secrets that the environment must have, and how the processes find each; nil for a release that names none.
    package var secrets: [VariableName: SecretForm]?
    /// The folder of migrations inside the release, relative; nil when the release brings none.
    package var migrations: String?
    /// A file of SQL statements that the release sends (its contract suite), relative; nil when there is none.
    package var statements: String?
    /// The folder of fingerprinted assets inside the release, relative; nil when there are none.
    package var assets: String?
    /// Folders that live across releases (uploads), relative to the release's root.
    package var shared: [String]

    package init(
        name: ApplicationName,
        version: ReleaseVersion,
        commit: String? = nil,
        tag: String? = nil,
        authors: [String]? = nil,
        build: BuildDefinition? = nil,
        processes: [ProcessName: ProcessDefinition],
        health: HealthDefinition = HealthDefinition(),
        probes: [ProbeDefinition] = [],
        environment: [String: String] = [:],
        secrets: [VariableName: SecretForm]? = nil,
        migrations: String? = nil,
        statements: String? = nil,
        assets: String? = nil,
        shared: [String] = []
    ) {
        self.name = name
        self.version = version
        self.commit = commit
        self.tag = tag
        self.authors = authors
        self.build = build
        self.processes = processes
        self.health = health
        self.probes = probes
        self.environment = environment
        self.secrets = secrets
        self.migrations = migrations
        self.statements = statements
        self.assets = assets
        self.shared = shared
    }
}

/// How a process finds a secret.
package enum SecretForm: String, Codable, Sendable, CaseIterable {
    /// In the environment, as twelve-factor applications expect.
    case environment
    /// In a file that lies in memory alone, whose path is in NAME_FILE.
    case file
}

/// One entry of `processes:`, as in a Procfile, with what Switchyard must know to run it.
package struct ProcessDefinition: Codable, Equatable, Sendable {
    /// How a process changes hands between two releases.
    package enum Kind: String, Codable, Sendable, CaseIterable {
        /// Serves HTTP on `$PORT`; both releases run during a switch.
        case web
        /// Works in the background; the new ones start at full traffic, the old ones stop at commit.
        case worker
        /// May never run twice; the old one has ended before the new one starts.
        case singleton
    }

    package var kind: Kind
    /// The program and its arguments; a relative program is looked up in the release's root.
    package var command: [String]
    /// How many of it run; web instances share the slot's traffic.
    package var instances: Int
    /// Bytes of resident memory after which the kernel refuses more; nil for no limit.
    package var memoryLimit: Int?
    /// Highest number of open files.
    package var openFiles: Int

    package init(
        kind: Kind, command: [String], instances: Int = 1, memoryLimit: Int? = nil, openFiles: Int = 65_536
    ) {
        self.kind = kind
        self.command = command
        self.instances = instances
        self.memoryLimit = memoryLimit
        self.openFiles = openFiles
    }
}

/// Where a release says that it is well.
package struct HealthDefinition: Codable, Equatable, Sendable {
    /// Path that answers 2xx as long as the process is well.
    package var path: String
    /// Path that answers 2xx as long as the application reaches its database; nil when it has none.
    package var databasePath: String?
    /// How long one answer may take, in seconds.
    package var timeoutSeconds: Double
    /// How many good answers in a row make an instance healthy.
    package var healthyAfter: Int

    package init(
        path: String = "/health", databasePath: String? = nil, timeoutSeconds: Double = 5, healthyAfter: Int = 3
    ) {
        self.path = path
        self.databasePath = databasePath
        self.timeoutSeconds = timeoutSeconds
        self.healthyAfter = healthyAfter
    }
}

/// A request that shows that a key feature works.
package struct ProbeDefinition: Codable, Equatable, Sendable {
    package var name: String
    package var path: String
    /// The answer's status that means "works".
    package var status: Int
    /// Text that the answer's body must contain; nil when any body will do.
    package var contains: String?
    /// How long the answer may take, in seconds.
    package var timeoutSeconds: Double

    package init(name: String, path: String, status: Int = 200, contains: String? = nil, timeoutSeconds: Double = 5) {
        self.name = name
        self.path = path
        self.status = status
        self.contains = contains
        self.timeoutSeconds = timeoutSeconds
    }
}
