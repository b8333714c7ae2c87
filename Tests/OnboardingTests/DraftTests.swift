import Domain
import Foundation
import Onboarding
import Settings
import Testing

/// The drafted files are what Switchyard reads, and nothing of a repository is lost.
struct DraftTests {
    private static let application = [
        "Procfile": "web: gunicorn --bind $HOST:$PORT app:application\nworker: python3 work.py --all\nclock: ./tick\n",
        "requirements.txt": "psycopg2\n",
        "pyproject.toml":
            "[tool.x]\nname = \"wrong\"\n[project]\nname = \"Invoice_Service\"\nversion = \"2.4.0\" # now\n",
        "app.py": "if path == \"/health\":\nif path == \"/health/database\":\n",
        "migrations/20260101000000_a/expand.sql": "SELECT 1;",
    ]

    @Test func `both files are taken by the real readers and say what was found`() async throws {
        try await TemporaryRepository.use(Self.application) { repository in
            try DraftWriter.write(Draft(repository.survey), into: repository.repository, replacing: false)
            let release = try ReleaseManifest.read(file: "\(repository.folder)/release.yaml")
            #expect(release.name.rawValue == "invoice-service")
            #expect(release.version.rawValue == "2.4.0")
            let commands = release.processes.mapValues(\.command)
            #expect(
                commands[ProcessName(unchecked: "web")] == [
                    "sh", "-c", "exec gunicorn --bind $HOST:$PORT app:application",
                ])
            #expect(commands[ProcessName(unchecked: "worker")] == ["python3", "work.py", "--all"])
            #expect(release.processes[ProcessName(unchecked: "clock")]?.kind == .singleton)
            #expect(release.health.path == "/health")
            #expect(release.health.databasePath == "/health/database")
            #expect(release.migrations == "migrations")
            let configuration = try Configuration.read(file: "\(repository.folder)/switchyard.yaml", variables: [:])
            #expect(configuration.application == release.name)
            #expect(configuration.environments.map(\.name.rawValue) == ["production"])
            #expect(configuration.environments.first?.database == .embedded)
        }
    }

    @Test func `every guess is explained with its file, in the release's file too`() async throws {
        try await TemporaryRepository.use(Self.application) { repository in
            let draft = Draft(try repository.survey)
            let release = try #require(try draft.files().first?.text)
            let outcome = try DraftWriter.write(draft, into: repository.repository, replacing: false)
            let report = DraftReport(draft, outcome, variables: [:])
            for source in [
                "Procfile:1", "Procfile:2", "Procfile:3", "pyproject.toml:4", "pyproject.toml:5", "app.py:1",
            ] {
                #expect(report.explanations.contains { $0.source == source }, "\(source)")
                #expect(release.contains("From \(source)"), "\(source)")
            }
        }
    }

    @Test func `a tool that deployments do not run gets a database with a URL, and its command among the five`()
        async throws
    {
        let files = [
            "Gemfile": "gem 'pg'\n", "bin/rails": "", "config/routes.rb": "get \"up\" => \"rails/health#show\"\n",
            "db/migrate/20260101000000_create_note.rb": "",
        ]
        try await TemporaryRepository.use(files) { repository in
            let draft = Draft(try repository.survey)
            #expect(draft.database.value == .url)
            let url = "postgresql://me@db/notes"
            let commands = draft.nextCommands(variables: ["DATABASE_URL": url])
            #expect(commands.first == "bin/rails db:migrate")
            #expect(commands.count == 4, "'init' was the first of five")
            let unset = draft.nextCommands(variables: [:])
            #expect(
                unset.first
                    == "export DATABASE_URL='postgresql://USER:PASSWORD@HOST/DATABASE' && bin/rails db:migrate")
            #expect(unset.dropFirst() == commands.dropFirst(), "and no sixth command")
            let texts = try draft.files()
            #expect(try ReleaseManifest.parse(texts[0].text).migrations == nil)
            let configuration = try Configuration.parse(texts[1].text, variables: ["DATABASE_URL": url])
            #expect(configuration.environments.first?.database == .url(url))
        }
    }

    @Test(arguments: [
        "db/migrations/2026-01-01-000000_a/up.sql", "db/migrations/000001_a.up.sql",
        "db/migrations/20260101000000_a.sql",
    ])
    func `migrations of a tool that knows no phases are named in the release, with what is left to the operator`(
        path: String
    ) async throws {
        var files = Self.application.filter { !$0.key.hasPrefix("migrations/") }
        files[path] = "-- migrate:up\nSELECT 1;\n"
        try await TemporaryRepository.use(files) { repository in
            let draft = Draft(try repository.survey)
            #expect(draft.database.value == .embedded)
            #expect(draft.nextCommands(variables: [:]).first == "switchyard doctor")
            let text = try #require(try draft.files().first?.text)
            #expect(try ReleaseManifest.parse(text).migrations == "db/migrations")
            let words = text.replacing(/\s*\n#\s*/, with: " ")
            #expect(words.contains("'switchyard migration apply db/migrations --phase contract'"), "\(text)")
        }
    }

    @Test func `what builds the folder is drafted, and stands before the packing`() async throws {
        let files = ["go.mod": "module example.org/shop\n", "main.go": "mux.HandleFunc(\"GET /health\", well)"]
        try await TemporaryRepository.use(files) { repository in
            let draft = Draft(try repository.survey)
            let release = try ReleaseManifest.parse(try #require(draft.files().first?.text))
            #expect(release.build?.command == ["go", "build", "-o", "bin/shop", "."])
            #expect(release.processes.values.first?.command == ["bin/shop"])
            #expect(
                draft.nextCommands(variables: [:]).contains(
                    "go build -o bin/shop . && switchyard release create . --wait 60"))
        }
    }

    @Test(arguments: [
        ("python3 app.py", ["python3", "app.py"]),
        ("bin/app --port $PORT", ["sh", "-c", "exec bin/app --port $PORT"]),
        ("RAILS_ENV=production bin/rails server", ["sh", "-c", "exec env RAILS_ENV=production bin/rails server"]),
        ("cd api && node a.js", ["sh", "-c", "cd api && node a.js"]),
        ("node \"a b.js\" # \\ é", ["sh", "-c", "exec node \"a b.js\" # \\ é"]),
        ("exec bin/app $X", ["sh", "-c", "exec bin/app $X"]),
        ("- yes: [no]", ["sh", "-c", "exec - yes: [no]"]),
    ])
    func `a command line survives YAML as a shell would read it`(line: String, words: [String]) async throws {
        try await TemporaryRepository.use(["Procfile": "web: \(line)\n", "a.py": "'/health'"]) { repository in
            let release = try #require(try Draft(repository.survey).files().first?.text)
            #expect(try ReleaseManifest.parse(release).processes.values.first?.command == words)
        }
    }

    @Test func `at most five questions are asked, and Return changes nothing`() async throws {
        try await TemporaryRepository.use(Self.application) { repository in
            var draft = Draft(try repository.survey)
            let before = draft
            let questions = Question.all(about: draft)
            #expect((1...5).contains(questions.count))
            for question in questions { draft = try question.answering("", in: draft).get() }
            #expect(draft == before)
        }
    }

    @Test func `answers count, and what is no answer is refused with a sentence`() async throws {
        try await TemporaryRepository.use(["Procfile": "web: run\n"]) { repository in
            var draft = Draft(try repository.survey)
            let questions = Question.all(about: draft)
            for (question, wrong) in zip(questions, ["No Name", nil, "health", "oracle", "nowhere"]) {
                guard let wrong else { continue }
                guard case .failure(.invalidAnswer(let sentence)) = question.answering(wrong, in: draft) else {
                    Issue.record("'\(wrong)' was taken.")
                    continue
                }
                #expect(sentence.contains(wrong))
            }
            for (question, answer) in zip(questions, ["shop", "bin/shop", "/well", "embedded", "0.0.0.0:80"]) {
                draft = try question.answering(answer, in: draft).get()
            }
            let files = try draft.files()
            let release = try ReleaseManifest.parse(files[0].text)
            let configuration = try Configuration.parse(files[1].text)
            #expect(release.name.rawValue == "shop")
            #expect(release.processes.values.first?.command == ["bin/shop"])
            #expect(release.health.path == "/well")
            #expect(configuration.environments.first?.database == .embedded)
            #expect(configuration.traffic.http == "0.0.0.0:80")
        }
    }
}
