package import Domain

extension ReleaseManifest {
    /// The file at a release's root that says what the release is.
    package static let fileName = "release.yaml"
    /// Most authors that a release names.
    package static let authorsLimit = 100

    /// Reads a `release.yaml`; throws `SettingsError` with everything that is wrong with it.
    package static func read(file: String) throws(SettingsError) -> ReleaseManifest {
        try parse(YAMLDocument.text(of: file), file: file)
    }

    /// Reads a `release.yaml` that is in memory; `file` is what error messages call it.
    package static func parse(_ text: String, file: String = fileName) throws(SettingsError) -> ReleaseManifest {
        try YAMLDocument(file: file).read(text, as: .mapping { ReleaseManifest(keys: $0) })
    }

    init?(keys: MappingReader) {
        let name = keys.required("name", .name(ApplicationName.self), "the application's name, as in switchyard.yaml.")
        let version = keys.required("version", .name(ReleaseVersion.self), "this release's version, never used before.")
        let commit = keys.optional("commit", .text(limit: 128), "The source revision it was built from.")
        let tag = keys.optional("tag", .text(limit: 256), "That revision's tag; --from-git records it.")
        let authors = keys.optional(
            "authors", .list(of: .text(limit: 256), limit: ReleaseManifest.authorsLimit),
            "Who wrote what is new since the tag before; --from-git records them.")
        let build = keys.optional("build", .build, "How --from-git makes the release from its source.")
        let processes = keys.required("processes", .processes, "what runs, by name; exactly one of kind web.")
        let health = keys.optional("health", .health, "Where the release says that it is well.")
        let probes = keys.optional(
            "probes", .list(of: .probe, limit: 64), "Requests to the key features, which must work before users come.")
        let environment = keys.optional(
            "environment", .environmentVariables, "Settings of the release; the environment's own win over them.")
        let secrets = keys.optional(
            "secrets", .secretForms,
            "Secrets that the environment must have, and how processes find each: environment, or file (NAME_FILE).")
        let migrations = keys.optional("migrations", .relativePath, "Folder of SQL migrations inside the release.")
        let statements = keys.optional(
            "statements", .relativePath, "File of SQL statements that the release sends, as its tests record them.")
        let assets = keys.optional("assets", .relativePath, "Folder of fingerprinted assets inside the release.")
        let shared = keys.optional(
            "shared", .list(of: .relativePath, limit: 64), "Folders that live across releases, such as uploads.")
        guard let name, let version, let processes else { return nil }
        self.init(
            name: name, version: version, commit: commit, tag: tag, authors: authors, build: build,
            processes: processes, health: health ?? HealthDefinition(), probes: probes ?? [],
            environment: environment ?? [:], secrets: secrets, migrations: migrations, statements: statements,
            assets: assets,
            shared: shared ?? [])
    }
}

extension ValueReader where Value == BuildDefinition {
    static var build: ValueReader {
        .mapping { keys in
            let command = keys.required("command", .command, "the program and its arguments, as a list or one line.")
            let folder = keys.optional(
                "folder", .relativePath, "Folder that is the release afterwards; the whole tree by default.")
            let time = keys.optional(
                "time_limit", .duration(milliseconds: 1_000...86_400_000), "How long it may run; 15m by default.")
            let memory = keys.optional(
                "memory_limit", .size((16 << 20)...(1 << 40)), "Memory of all its processes; 4GiB by default.")
            let output = keys.optional(
                "output_limit", .size((1 << 10)...(1 << 30)), "How much it may print; 64MiB by default.")
            guard let command else { return nil }
            var build = BuildDefinition(command: command, folder: folder)
            build.timeLimitSeconds = time ?? build.timeLimitSeconds
            build.memoryLimit = memory ?? build.memoryLimit
            build.outputLimit = output ?? build.outputLimit
            return build
        }
    }
}

extension ValueReader where Value == HealthDefinition {
    static var health: ValueReader {
        .mapping { keys in
            var health = HealthDefinition()
            health.path =
                keys.optional("path", .urlPath, "Answers 2xx as long as the process is well; /health by default.")
                ?? health.path
            health.databasePath = keys.optional(
                "database", .urlPath, "Answers 2xx as long as the application reaches its database.")
            health.timeoutSeconds =
                keys.optional("timeout", .duration(milliseconds: 10...60_000), "Longest answer; 5s by default.")
                ?? health.timeoutSeconds
            health.healthyAfter =
                keys.optional("healthy_after", .integer(1...20), "Good answers in a row that it takes; 3 by default.")
                ?? health.healthyAfter
            return health
        }
    }
}

extension ValueReader where Value == ProbeDefinition {
    static var probe: ValueReader {
        .mapping { keys in
            let name = keys.required("name", .text(limit: 64), "what the probe shows to work.")
            let path = keys.required("path", .urlPath, "the path that is asked.")
            let status = keys.optional("status", .integer(100...599), "The status that means that it works; 200.")
            let contains = keys.optional("contains", .text(limit: 1_024), "Text that the answer must contain.")
            let timeout = keys.optional("timeout", .duration(milliseconds: 10...60_000), "Longest answer; 5s.")
            guard let name, let path else { return nil }
            return ProbeDefinition(
                name: name, path: path, status: status ?? 200, contains: contains, timeoutSeconds: timeout ?? 5)
        }
    }
}
