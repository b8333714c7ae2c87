import Domain
import Onboarding
import Testing

/// What is guessed of a repository, and from which file.
struct SurveyTests {
    /// Files of an application, and the command and its source that are guessed from them.
    private static let stacks: [(files: [String: String], command: String, source: String)] = [
        (
            ["Procfile": "web: gunicorn app:application\n", "app.py": "'/health'"], "gunicorn app:application",
            "Procfile:1"
        ),
        (
            ["package.json": #"{"name": "shop", "scripts": {"start": "node server.js"}}"#], "node server.js",
            "package.json's \"start\""
        ),
        (["package.json": #"{"scripts": {"start": "next start"}}"#], "npm start", "package.json's \"start\""),
        (["package.json": "{}", "index.js": ""], "node index.js", "index.js"),
        (
            ["Gemfile": "gem 'rails'", "bin/rails": "#!/usr/bin/env ruby"],
            "bin/rails server --environment production --binding $HOST --port $PORT", "bin/rails"
        ),
        (
            ["Gemfile": "gem 'sinatra'", "config.ru": "run App"],
            "bundle exec rackup --env production --host $HOST --port $PORT", "config.ru"
        ),
        (
            ["requirements.txt": "flask\n", "main.py": "import flask\nsite = flask.Flask(__name__)\n"],
            "gunicorn --bind $HOST:$PORT main:site", "main.py:2"
        ),
        (
            ["pyproject.toml": "[project]\nname = \"shop\"\n", "api.py": "app = FastAPI()\n"],
            "uvicorn api:app --host $HOST --port $PORT", "api.py:1"
        ),
        (["manage.py": "", "shop/wsgi.py": ""], "gunicorn --bind $HOST:$PORT shop.wsgi", "shop/wsgi.py"),
        (["go.mod": "module example.org/shop\n", "main.go": "package main"], "bin/shop", "main.go"),
        (
            ["go.mod": "module example.org/shop\n", "cmd/serve/main.go": "package main"], "bin/serve",
            "cmd/serve/main.go"
        ),
        (
            ["Package.swift": "let package = Package(\n name: \"Shop\", targets: [.executableTarget(name: \"shop\")])"],
            "bin/shop", "Package.swift"
        ),
        (
            ["Dockerfile": "FROM debian\nENTRYPOINT [\"/bin/app\"]\nCMD [\"serve\", \"a b\"]\n"],
            "/bin/app serve 'a b'", "Dockerfile:2"
        ),
    ]

    @Test(arguments: stacks.indices)
    func `the web process is guessed from the file that says it`(index: Int) async throws {
        let (files, command, source) = Self.stacks[index]
        try await TemporaryRepository.use(files) { repository in
            let web = try #require(try repository.survey.processes.first)
            #expect(web.kind == .web)
            #expect(web.command == Guess(command, from: source))
        }
    }

    @Test func `the processes of a Procfile keep their names, and schedulers are singletons`() async throws {
        let procfile =
            "# what runs\nweb: run web\n\nmail_sender: run mail\nclock: run clock\nrelease: rake db:migrate\n"
        try await TemporaryRepository.use(["Procfile": procfile]) { repository in
            let survey = try repository.survey
            #expect(survey.processes.map(\.name.rawValue) == ["web", "mail-sender", "clock"])
            #expect(survey.processes.map(\.kind) == [.web, .worker, .singleton])
            #expect(survey.notes.contains { $0.contains("Procfile:6") && $0.contains("rake db:migrate") })
        }
    }

    @Test(arguments: [
        ("routes.py", "    path(\"health/\", views.health),", "/health/"),
        ("config/routes.rb", "  get \"up\" => \"rails/health#show\"", "/up"),
        ("server.js", "app.get('/healthz', well)", "/healthz"),
        ("Dockerfile", "HEALTHCHECK CMD curl --fail http://localhost:3000/well || exit 1", "/well"),
        ("Dockerfile", "HEALTHCHECK CMD [\"curl\", \"-f\", \"http://127.0.0.1:${PORT:-80}/live\"]", "/live"),
        ("Dockerfile", "healthcheck --interval=5s \\\n# why\n\n  CMD wget --spider localhost:3000/up", "/up"),
        ("Dockerfile", "HEALTHCHECK CMD curl -f http://localhost:3000", "/"),
        ("Dockerfile", "HEALTHCHECK CMD a http://localhost/a\nHEALTHCHECK CMD b http://localhost/b", "/b"),
        ("main.go", "mux.HandleFunc(\"GET /health\", well)", "/health"),
        ("Sources/App/Routes.swift", "router.get(\"health\") { _, _ in \"ok\" }", "/health"),
    ])
    func `a health endpoint is found where its route is declared`(file: String, line: String, path: String) async throws
    {
        try await TemporaryRepository.use(["Procfile": "web: run\n", file: "\n\(line)\n"]) { repository in
            let survey = try repository.survey
            #expect(survey.health?.value == path)
            #expect(survey.health?.source == "\(file):\(path == "/b" ? 3 : 2)")
        }
    }

    @Test(arguments: [
        "RUN curl --fail http://localhost:3000/setup", "ENV SITE=http://localhost:3000/", "HEALTHCHECK NONE",
        "# HEALTHCHECK CMD curl http://localhost/health", "HEALTHCHECK CMD curl http://example.com/health",
        "HEALTHCHECK CMD curl http://localhost/early\nFROM scratch",
        "HEALTHCHECK CMD pg_isready -h localhost.example/a",
    ])
    func `an address in a Dockerfile that no HEALTHCHECK asks is no health endpoint`(text: String) async throws {
        try await TemporaryRepository.use(["Procfile": "web: run\n", "Dockerfile": "FROM a\n\(text)\n"]) { repository in
            let survey = try repository.survey
            #expect(survey.health == nil)
        }
    }

    /// Lockfiles of a Node application; how it is then installed for its users, built and started.
    private static let nodeManagers: [(files: [String], install: String, build: String, start: String)] = [
        ([], "npm install --omit=dev", "npm install && npm run build", "npm start"),
        (["package-lock.json"], "npm ci --omit=dev", "npm ci && npm run build", "npm start"),
        (["npm-shrinkwrap.json"], "npm ci --omit=dev", "npm ci && npm run build", "npm start"),
        (
            ["yarn.lock"], "yarn install --frozen-lockfile --production",
            "yarn install --frozen-lockfile && yarn run build", "yarn start"
        ),
        (
            ["yarn.lock", ".yarnrc.yml"], "yarn install --immutable", "yarn install --immutable && yarn run build",
            "yarn start"
        ),
        (
            ["pnpm-lock.yaml"], "pnpm install --frozen-lockfile --prod",
            "pnpm install --frozen-lockfile && pnpm run build", "pnpm start"
        ),
    ]

    @Test(arguments: nodeManagers.indices)
    func `the libraries of a Node application come from the program that wrote its lockfile`(index: Int) async throws {
        let (files, install, build, start) = Self.nodeManagers[index]
        let kinds = [
            (
                #"{"main": "a.js", "dependencies": {"pg": "^8"}}"#, install, "node a.js",
                "package.json's \"dependencies\""
            ),
            (#"{"scripts": {"build": "tsc", "start": "next start"}}"#, build, start, "package.json's \"build\""),
        ]
        for (package, command, web, source) in kinds {
            let all = [("package.json", package), ("a.js", "")] + files.map { ($0, "") }
            try await TemporaryRepository.use(Dictionary(uniqueKeysWithValues: all)) { repository in
                let survey = try repository.survey
                let lockfile = files.first.map { " and \($0)" } ?? ""
                #expect(survey.build == Guess(command, from: source + lockfile))
                #expect(survey.processes.first?.command.value == web)
            }
        }
    }

    @Test func `without libraries and without a build script a Node application is not built`() async throws {
        let files = ["package.json": "{\"main\": \"a.js\"}", "a.js": "", "package-lock.json": ""]
        try await TemporaryRepository.use(files) { repository in
            let survey = try repository.survey
            #expect(survey.build == nil)
        }
    }

    @Test(arguments: ["set_up(\"up\")", "// stay \"healthy\"", "test(\"/healthy\")", "name = \"health\""])
    func `a word about health is no route`(line: String) async throws {
        try await TemporaryRepository.use(["Procfile": "web: run\n", "app.py": line]) { repository in
            let survey = try repository.survey
            #expect(survey.health == nil)
        }
    }

    @Test func `a route in a test or in somebody else's code counts for nothing`() async throws {
        let files = ["Procfile": "web: run\n", "tests/a.py": "'/health'", "node_modules/b/c.js": "'/health'"]
        try await TemporaryRepository.use(files) { repository in
            let survey = try repository.survey
            #expect(survey.health == nil)
        }
    }

    @Test(arguments: [
        ("requirements.txt", "psycopg2-binary==2.9\n", Survey.Database.postgres),
        ("requirements.txt", "# psycopg2\nflask\n", .none),
        ("requirements.txt", "mysqlclient\n", .other("MySQL")),
        ("package.json", "{\"main\": \"a.js\", \"dependencies\": {\n\"pg\": \"^8\"}}", .postgres),
        ("package.json", "{\"main\": \"a.js\", \"dependencies\": {\n\"pgpass\": \"^8\"}}", .none),
        ("Gemfile", "gem \"pg\", \"~> 1.5\"\n", .postgres),
        ("go.mod", "module a\nrequire github.com/jackc/pgx/v5 v5.5.0\n", .postgres),
        ("Package.swift", ".package(url: \"https://github.com/vapor/postgres-nio\", from: \"1.0.0\")", .postgres),
    ])
    func `the database is guessed from the library for it`(
        file: String, text: String, database: Survey.Database
    ) async throws {
        try await TemporaryRepository.use(["Procfile": "web: run\n", file: text]) { repository in
            let survey = try repository.survey
            #expect(survey.database.value == database)
        }
    }

    @Test(arguments: [
        (["migrations/20260101000000_a/expand.sql"], "switchyard", "migrations"),
        (["db/migrate/20260101000000_create_a.rb"], "rails", "db/migrate"),
        (["shop/migrations/0001_initial.py", "shop/migrations/__init__.py"], "django", "shop/migrations"),
        (["prisma/migrations/20260101000000_a/migration.sql"], "prisma", "prisma/migrations"),
        (["src/main/resources/db/migration/V1__a.sql"], "flyway", "src/main/resources/db/migration"),
        (["migrations/2026-01-01-000000_a/up.sql", "migrations/2026-01-01-000000_a/down.sql"], "diesel", "migrations"),
        (["migrations/000001_a.up.sql", "migrations/000001_a.down.sql"], "golangMigrate", "migrations"),
        (["sql/a.sql"], "plainSQL", "sql"),
    ])
    func `migrations are known by their names`(paths: [String], tool: String, folder: String) async throws {
        let files = Dictionary(uniqueKeysWithValues: paths.map { ($0, "SELECT 1;") })
        try await TemporaryRepository.use(files.merging(["Procfile": "web: run\n"]) { $1 }) { repository in
            let finding = try #require(try repository.survey.migrations)
            #expect(finding.tool.rawValue == tool)
            #expect(finding.folder == folder)
            #expect(finding.count == 1)
            #expect(finding.isRunByDeployments == ["switchyard", "diesel", "golangMigrate"].contains(tool))
        }
    }

    @Test func `the migrations of all applications of a Django project are counted and named`() async throws {
        let files = ["a/migrations/0001_initial.py", "b/migrations/0001_initial.py", "b/migrations/0002_more.py"]
        let project = ["manage.py": "", "site/wsgi.py": ""].merging(files.map { ($0, "") }) { $1 }
        try await TemporaryRepository.use(project) { repository in
            let advice = try #require(try repository.survey.migrations).advice
            #expect(
                advice.hasPrefix("a/migrations and b/migrations hold Django migrations: 3, such as a/migr"), "\(advice)"
            )
        }
    }

    @Test func `Flyway, whose command has no address, is told where it takes it from`() async throws {
        let files = ["Procfile": "web: run\n", "db/migration/V1__a.sql": "SELECT 1;"]
        try await TemporaryRepository.use(files) { repository in
            let advice = try #require(try repository.survey.migrations).advice
            #expect(advice.contains("FLYWAY_URL, as jdbc:postgresql://HOST/DATABASE"), "\(advice)")
        }
    }

    @Test func `dbmate's files are told from plain SQL by what is in them`() async throws {
        let files = ["Procfile": "web: run\n", "db/migrations/20260101000000_a.sql": "-- migrate:up\nSELECT 1;\n"]
        try await TemporaryRepository.use(files) { repository in
            let survey = try repository.survey
            #expect(survey.migrations?.tool == .dbmate)
        }
    }

    @Test func `a name with a line break cannot write into the drafted files`() async throws {
        let files = [
            "Procfile": "web: run\n", "a.py": "'/health'", "sql/a\nversion: 2.sql": "", "b\nname: c.py": "'/health'",
        ]
        try await TemporaryRepository.use(files) { repository in
            let survey = try repository.survey
            #expect(survey.migrations == nil)
            #expect(survey.health?.source == "a.py:1")
        }
    }
}
