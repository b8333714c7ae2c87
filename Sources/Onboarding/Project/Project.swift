/// What the files of one kind of application say of it.
struct Project: Equatable {
    /// As a sentence names it: "a Node application".
    let title: String
    /// The file that tells its kind.
    let file: String
    /// What serves it, as a shell would get it; nil where only its author knows.
    var web: Guess<String>?
    /// What makes the folder a release.
    var build: Guess<String>?
    var name: Guess<String>?
    var version: Guess<String>?
    /// The files that name its libraries.
    var libraryFiles: [String] = []
    /// What a person must know of this kind of application.
    var note: String?

    /// What a repository is, by the files that decide it first.
    static func read(_ repository: Repository) -> Project? {
        ruby(repository) ?? python(repository) ?? node(repository) ?? go(repository) ?? swift(repository)
    }

    /// The files that `read` looks for, for the sentence that none is there.
    static let decidingFiles = [
        "Procfile", "Dockerfile", "Gemfile", "pyproject.toml", "requirements.txt", "manage.py", "package.json",
        "go.mod", "Package.swift",
    ]
}

extension Project {
    static func ruby(_ repository: Repository) -> Project? {
        guard repository.isFile("Gemfile") else { return nil }
        var project = Project(title: "a Ruby application", file: "Gemfile", libraryFiles: ["Gemfile", "Gemfile.lock"])
        if repository.isFile("bin/rails") {
            project.web = Guess(
                "bin/rails server --environment production --binding $HOST --port $PORT", from: "bin/rails")
        } else if repository.isFile("config.ru") {
            project.web = Guess("bundle exec rackup --env production --host $HOST --port $PORT", from: "config.ru")
        }
        project.note = librariesNote("Gemfile")
        return project
    }

    /// For languages whose libraries lie outside the application's folder.
    static func librariesNote(_ file: String) -> String {
        "What \(file) names is not installed by a deployment: install it on this machine, or into the folder."
    }

    static func go(_ repository: Repository) -> Project? {
        let lines = repository.lines(of: "go.mod")
        guard let module = lines.first(where: { $0.hasPrefix("module ") })?.dropFirst(7).trimmed else { return nil }
        let last = String(module.split(separator: "/").last ?? "")
        let name = last.wholeMatch(of: /[\w.-]+/) == nil ? "app" : last
        var project = Project(title: "a Go application", file: "go.mod", libraryFiles: ["go.mod"])
        project.name = Guess(name, from: "go.mod")
        let commands = repository.entries(of: "cmd").filter {
            $0.wholeMatch(of: /[\w.-]+/) != nil && repository.isFile("cmd/\($0)/main.go")
        }
        if repository.isFile("main.go") {
            project.build = Guess("go build -o bin/\(name) .", from: "main.go")
            project.web = Guess("bin/\(name)", from: "main.go")
        } else if commands.count == 1, let command = commands.first {
            project.build = Guess("go build -o bin/\(command) ./cmd/\(command)", from: "cmd/\(command)/main.go")
            project.web = Guess("bin/\(command)", from: "cmd/\(command)/main.go")
        }
        return project
    }

    static func swift(_ repository: Repository) -> Project? {
        guard let text = repository.text(of: "Package.swift") else { return nil }
        let programs = text.matches(of: /\.executableTarget\(\s*name:\s*"([\w-]+)"/).map { String($0.1) }
        var project = Project(title: "a Swift application", file: "Package.swift", libraryFiles: ["Package.swift"])
        project.name = text.firstMatch(of: /Package\(\s*name:\s*"([^"]+)"/).map {
            Guess(String($0.1), from: "Package.swift")
        }
        if programs.count == 1 {
            let build = "swift build --configuration release --static-swift-stdlib"
            let install = "install -D .build/release/\(programs[0]) bin/\(programs[0])"
            project.build = Guess("\(build) && \(install)", from: "Package.swift")
            project.web = Guess("bin/\(programs[0])", from: "Package.swift")
        }
        return project
    }
}
