package import Domain

/// What a repository says of the application in it; reading it changes nothing.
package struct Survey: Equatable, Sendable {
    /// A process with its command as a shell would get it.
    package struct Process: Equatable, Sendable {
        package var name: ProcessName
        package var kind: ProcessDefinition.Kind
        package var command: Guess<String>
    }

    /// Which database the application keeps its data in.
    package enum Database: Equatable, Sendable {
        case postgres
        case none
        /// One that Switchyard neither backs up nor migrates.
        case other(String)
    }

    package var name: Guess<ApplicationName>
    package var version: Guess<ReleaseVersion>
    package var processes: [Process]
    /// What makes the folder a release; nil where nothing is built.
    package var build: Guess<String>?
    package var health: Guess<String>?
    package var databaseHealth: Guess<String>?
    package var database: Guess<Database>
    package var migrations: MigrationFinding?
    /// What a person should know besides, a sentence each.
    package var notes: [String]
    /// Source files that were searched for a health endpoint.
    package var filesSearched: Int

    /// Reads a repository; throws the `OnboardingError` that says what keeps it from being released.
    package init(of repository: Repository) throws(OnboardingError) {
        let procfile = try Procfile.read(repository)
        let project = Project.read(repository)
        let dockerfile = Dockerfile(repository)
        let routes = HealthSearch(of: repository)
        name = Self.name(of: project, in: repository)
        version = Self.version(of: project)
        processes = try Self.processes(procfile, project, dockerfile, in: repository)
        build = project?.build
        health = dockerfile.health ?? routes.health
        databaseHealth = routes.database
        filesSearched = routes.filesSearched
        migrations = MigrationSearch.find(in: repository)
        database = Self.database(of: project, migrations: migrations, in: repository)
        notes = Self.notes(procfile, hasDockerfile: repository.isFile("Dockerfile"), database: database)
        if let note = project?.note { notes.append(note) }
    }
}

extension Survey {
    private static func name(of project: Project?, in repository: Repository) -> Guess<ApplicationName> {
        let folder = Guess(String(repository.folder.split(separator: "/").last ?? "app"), from: "the folder's name")
        let candidates = [project?.name, folder].compactMap(\.self).map { guess in
            // What a name may not hold becomes a hyphen: Invoice_Service is invoice-service.
            let letters = guess.value.lowercased().map { $0.isASCII && ($0.isLetter || $0.isNumber) ? $0 : "-" }
            return Guess(String(String(letters.drop { !$0.isLetter }).prefix(32)), from: guess.source)
        }
        for guess in candidates {
            if let name = ApplicationName(rawValue: guess.value) { return Guess(name, from: guess.source) }
        }
        return Guess(ApplicationName(unchecked: "app"), from: "no file: change it")
    }

    private static func version(of project: Project?) -> Guess<ReleaseVersion> {
        if let guess = project?.version, let version = ReleaseVersion(rawValue: guess.value) {
            return Guess(version, from: guess.source)
        }
        return Guess(ReleaseVersion(unchecked: "1.0.0"), from: "no file: the usual first one")
    }

    private static func processes(
        _ procfile: Procfile?, _ project: Project?, _ dockerfile: Dockerfile, in repository: Repository
    ) throws(OnboardingError) -> [Process] {
        let web = ProcessName(unchecked: "web")
        if let procfile {
            guard procfile.entries.contains(where: { $0.name == web }) else {
                throw .noWebLine(file: procfile.file)
            }
            return procfile.entries.map { entry in
                Process(
                    name: entry.name, kind: kind(of: entry.name),
                    command: Guess(entry.command, from: "\(procfile.file):\(entry.line)"))
            }
        }
        if let command = project?.web ?? dockerfile.command {
            return [Process(name: web, kind: .web, command: command)]
        }
        if let file = Procfile.files(in: repository).first {
            throw .onlyBelow(file: file, folder: repository.folder)
        }
        if let project { throw .noWebProcess(found: project.title, file: project.file) }
        throw .unknownStack(folder: repository.folder, lookedFor: Project.decidingFiles)
    }

    /// Schedulers are singletons by the names that the field gives them: two would do everything twice.
    private static func kind(of name: ProcessName) -> ProcessDefinition.Kind {
        if name.rawValue == "web" { return .web }
        return ["clock", "scheduler", "cron", "beat"].contains(name.rawValue) ? .singleton : .worker
    }

    private static func database(
        of project: Project?, migrations: MigrationFinding?, in repository: Repository
    ) -> Guess<Database> {
        let files = project?.libraryFiles ?? []
        if let guess = DatabaseSearch.postgres(in: files, of: repository) {
            return Guess(.postgres, from: guess.source)
        }
        if let guess = DatabaseSearch.other(in: files, of: repository) {
            return Guess(.other(guess.value), from: guess.source)
        }
        if let migrations { return Guess(.postgres, from: migrations.example) }
        return Guess(
            .none, from: "no library of a database in \(files.isEmpty ? "any file" : files.joined(separator: ", "))")
    }

    private static func notes(_ procfile: Procfile?, hasDockerfile: Bool, database: Guess<Database>) -> [String] {
        var notes: [String] = []
        if let release = procfile?.releaseCommand {
            notes.append(
                "Procfile:\(release.line) has a release command, which deployments do not run: run '\(release.command)' "
                    + "before the deployment, or make its schema changes expand steps.")
        }
        if hasDockerfile {
            notes.append(
                "The Dockerfile is not built: Switchyard runs the folder's processes on this machine, so what the image "
                    + "installs must be in the folder or on the machine.")
        }
        if case .other(let name) = database.value {
            notes.append(
                "\(database.source) is for \(name), which Switchyard neither backs up nor migrates; the environment gets "
                    + "'database: none' and your application reaches \(name) by its own settings.")
        }
        return notes
    }
}
