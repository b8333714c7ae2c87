extension Project {
    static func python(_ repository: Repository) -> Project? {
        let files = ["pyproject.toml", "requirements.txt", "Pipfile", "setup.py", "manage.py"]
        guard let file = files.first(where: repository.isFile) else { return nil }
        let libraries = files.dropLast().filter(repository.isFile)
        var project = Project(title: "a Python application", file: file, libraryFiles: libraries)
        project.note = libraries.first.map(librariesNote)
        project.name = tomlText("name", in: repository)
        project.version = tomlText("version", in: repository)
        project.web = djangoCommand(repository) ?? asgiCommand(repository) ?? wsgiCommand(repository)
        return project
    }

    /// One key of pyproject.toml's `[project]` that holds a plain text; everything else of TOML is left alone.
    private static func tomlText(_ key: String, in repository: Repository) -> Guess<String>? {
        var isInProject = false
        for (index, line) in repository.lines(of: "pyproject.toml").enumerated() {
            let line = line.trimmed
            if line.hasPrefix("[") { isInProject = line == "[project]" }
            guard isInProject, let match = line.wholeMatch(of: /(\w+)\s*=\s*["']([^"']+)["']\s*(?:#.*)?/),
                match.1 == key
            else { continue }
            return Guess(String(match.2), from: "pyproject.toml:\(index + 1)")
        }
        return nil
    }

    private static func djangoCommand(_ repository: Repository) -> Guess<String>? {
        guard repository.isFile("manage.py"),
            let package = repository.entries().first(where: { repository.isFile("\($0)/wsgi.py") })
        else { return nil }
        return Guess(gunicorn("\(package).wsgi"), from: "\(package)/wsgi.py")
    }

    private static func asgiCommand(_ repository: Repository) -> Guess<String>? {
        application(repository, /^(\w+)(?:\s*:\s*\w+)?\s*=\s*(?:FastAPI|Starlette|Litestar|Quart)\(/).map {
            Guess("uvicorn \($0.value) --host $HOST --port $PORT", from: $0.source)
        }
    }

    private static func wsgiCommand(_ repository: Repository) -> Guess<String>? {
        let found =
            application(repository, /^(\w+)(?:\s*:\s*\w+)?\s*=\s*(?:flask\.)?Flask\(/)
            ?? application(repository, /^def (application|app)\(\s*environ\w*\s*,\s*start_response\s*\)/)
        return found.map { Guess(gunicorn($0.value), from: $0.source) }
    }

    private static func gunicorn(_ application: String) -> String {
        "gunicorn --bind $HOST:$PORT \(application)"
    }

    /// `module:name` of the application object that a file at the root makes.
    private static func application(_ repository: Repository, _ pattern: Regex<(Substring, Substring)>) -> Guess<
        String
    >? {
        for file in repository.entries() where file.hasSuffix(".py") {
            for (index, line) in repository.lines(of: file).enumerated() {
                guard line.count <= Limits.lineCharacters, let match = line.firstMatch(of: pattern) else { continue }
                return Guess("\(file.dropLast(3)):\(match.1)", from: "\(file):\(index + 1)")
            }
        }
        return nil
    }
}
