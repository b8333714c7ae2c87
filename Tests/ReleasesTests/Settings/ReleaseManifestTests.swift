import Domain
import Settings
import Testing

/// `release.yaml`: what is taken, and what is refused with which sentence.
struct ReleaseManifestTests {
    static let smallest = """
        name: freightops
        version: 1.0.0
        processes:
          web:
            command: bin/freightops serve
        """

    @Test func `the smallest manifest gets every default`() throws {
        let manifest = try ReleaseManifest.parse(Self.smallest)
        let expected = ReleaseManifest(
            name: try ApplicationName("freightops"), version: try ReleaseVersion("1.0.0"),
            processes: [
                try ProcessName("web"): ProcessDefinition(kind: .web, command: ["bin/freightops", "serve"])
            ])
        #expect(manifest == expected)
    }

    @Test func `a manifest with every key is read as it is written`() throws {
        let manifest = try ReleaseManifest.parse(
            """
            name: freightops
            version: 1.10
            commit: 1234567
            tag: v1.10
            authors: [Ada <ada@freightops.example>]
            build: {command: make release, folder: dist, time_limit: 1h, memory_limit: 2GiB, output_limit: 1MiB}
            processes:
              web: {command: [bin/freightops, serve, ''], instances: 2, memory_limit: 512MiB, open_files: 4096}
              reminders: {command: "bin/freightops remind --subject 'a load'"}
              scheduler: {kind: singleton, command: ./scheduler}
            health: {path: /up, database: /up/database, timeout: 250ms, healthy_after: 2}
            probes:
              - {name: dispatch, path: "/dispatch?day=today", status: 204, contains: "true", timeout: 2s}
            environment: {GREETING: hello, WORKERS: 4, EMPTY: ''}
            migrations: db/migrations
            assets: public/assets
            shared: [uploads, var/cache]
            """)
        #expect(manifest.version.rawValue == "1.10")
        #expect(manifest.commit == "1234567")
        #expect((manifest.tag, manifest.authors) == ("v1.10", ["Ada <ada@freightops.example>"]))
        #expect(
            manifest.build
                == BuildDefinition(
                    command: ["make", "release"], folder: "dist", timeLimitSeconds: 3_600, memoryLimit: 2 << 30,
                    outputLimit: 1 << 20))
        let web = try #require(manifest.processes[ProcessName("web")])
        #expect(web.command == ["bin/freightops", "serve", ""])
        #expect((web.instances, web.memoryLimit, web.openFiles) == (2, 512 << 20, 4_096))
        let reminders = try #require(manifest.processes[ProcessName("reminders")])
        #expect(reminders.kind == .worker)
        #expect(reminders.command == ["bin/freightops", "remind", "--subject", "a load"])
        #expect(manifest.processes[try ProcessName("scheduler")]?.kind == .singleton)
        #expect(
            manifest.health
                == HealthDefinition(
                    path: "/up", databasePath: "/up/database", timeoutSeconds: 0.25, healthyAfter: 2))
        #expect(
            manifest.probes == [
                ProbeDefinition(
                    name: "dispatch", path: "/dispatch?day=today", status: 204, contains: "true", timeoutSeconds: 2)
            ])
        #expect(manifest.environment == ["GREETING": "hello", "WORKERS": "4", "EMPTY": ""])
        #expect((manifest.migrations, manifest.assets) == ("db/migrations", "public/assets"))
        #expect(manifest.shared == ["uploads", "var/cache"])
    }

    /// Lines that replace a line of the smallest manifest, or are added to it, and the problem they make.
    static let mistakes: [(line: String, problem: String)] = [
        (
            "procesess: {}",
            "6:1: unknown key 'procesess'; did you mean 'processes'? Allowed: name, version, commit, tag, authors, "
                + "build, processes, health, probes, environment, secrets, migrations, statements, assets, shared."
        ),
        (
            "health: {pth: /up}",
            "6:10: unknown key 'pth' in 'health'; did you mean 'path'? "
                + "Allowed: path, database, timeout, healthy_after."
        ),
        ("health: [/up]", "6:9: 'health' is a list, but must be a mapping of keys to values."),
        ("health: {path: up}", "6:16: 'health.path' is 'up', but must be a path that begins with '/', without spaces."),
        (
            "health: {timeout: 30}",
            "6:19: 'health.timeout' is '30', but must be a duration from 10ms to 1m, such as 250ms, 30s, 5m or 2h."
        ),
        (
            "health: {healthy_after: \"3\"}",
            "6:25: 'health.healthy_after' is the text '3', but must be a whole number from 1 to 20."
        ),
        ("probes: [{name: a}]", "6:10: 'probes[0].path' is missing; add it: the path that is asked."),
        (
            "environment: {DATABASE_URL: x}",
            "6:15: 'DATABASE_URL' is set by Switchyard itself; remove it."
        ),
        ("environment: {RELEASE_COLOR: x}", "6:15: 'RELEASE_COLOR' is set by Switchyard itself; remove it."),
        (
            "environment: {greeting: x}",
            "6:15: 'greeting' is no name of an environment variable; use A-Z, 0-9 and _, no digit first."
        ),
        (
            "environment: {A: }",
            "6:18: 'environment.A' is empty, but must be a text of at most 32768 bytes ('' for an empty one)."
        ),
        (
            "migrations: ../db",
            "6:13: 'migrations' is '../db', but must be a relative path inside the release, without '..'."
        ),
        (
            "assets: /srv/assets",
            "6:9: 'assets' is '/srv/assets', but must be a relative path inside the release, without '..'."
        ),
        (
            "shared: [a//b]",
            "6:10: 'shared[0]' is 'a//b', but must be a relative path inside the release, without '..'."
        ),
        (
            "build: {folder: dist}",
            "6:8: 'build.command' is missing; add it: the program and its arguments, as a list or one line."
        ),
        (
            "build: {command: make, time_limit: 2d}",
            "6:36: 'build.time_limit' is '2d', but must be a duration from 1s to 1d, such as 250ms, 30s, 5m or 2h."
        ),
        ("name: other", "1:1: 'name' is written more than once in this mapping; keep one."),
        ("commit: [", "7:1: this is no valid YAML: did not find expected node content."),
        ("commit: *nothing", "6:9: this is no valid YAML: found undefined alias."),
        ("---\na: b", "6:1: this is no valid YAML: but found another document."),
    ]

    @Test(arguments: mistakes)
    func `a mistake is told with its place and its remedy`(line: String, problem: String) {
        #expect(refusal(of: Self.smallest + "\n" + line) == ["release.yaml:\(problem)"])
    }

    /// What stands below `processes:`, and the problem it makes.
    static let processMistakes: [(processes: String, problem: String)] = [
        ("{}", "3:12: 'processes' is a mapping, but must be a mapping with 1 to 32 names."),
        (
            "{Web: {command: a}}",
            "3:13: 'Web' is no valid process name: use 1 to 24 lower-case letters, "
                + "digits and hyphens, a letter first."
        ),
        (
            "{web: {}}",
            "3:18: 'processes.web.command' is missing; add it: "
                + "the program and its arguments, as a list or one line."
        ),
        ("{jobs: {command: a}}", "3:12: 'processes' has no process of kind web; a release has exactly one."),
        (
            "{web: {command: a}, b: {kind: web, command: b}}",
            "3:12: 'processes' has 'web' and 'b' of kind web; a release has exactly one."
        ),
        (
            "{web: {command: a, kind: wbe}}",
            "3:37: 'processes.web.kind' is 'wbe', "
                + "but must be one of web, worker, singleton; did you mean 'web'?"
        ),
        ("{web: {command: []}}", "3:28: 'processes.web.command' names no program."),
        ("{web: {command: \"a 'b\"}}", "3:28: 'processes.web.command' has an opening ' without its closing one."),
        (
            "{web: {command: \"a --port $PORT\"}}",
            "3:28: 'processes.web.command' uses the shell's $, "
                + "but no shell runs it; write [sh, -c, \"…\"] or quote it."
        ),
        ("{web: {command: ../a}}", "3:28: 'processes.web.command' runs '../a', which is outside the release."),
        (
            "{web: {command: a, instances: two}}",
            "3:42: 'processes.web.instances' is 'two', but must be a whole number from 1 to 64."
        ),
        (
            "{web: {command: a, memory_limit: 512}}",
            "3:45: 'processes.web.memory_limit' is '512', but must be a size from 16MiB to 1024GiB, "
                + "such as 512MiB or 2GiB."
        ),
        (
            "{web: {command: a}, one: {kind: singleton, command: b, instances: 2}}",
            "3:78: a singleton never runs twice; leave 'instances' out."
        ),
    ]

    @Test(arguments: processMistakes)
    func `a mistake in a process is told with its place and its remedy`(processes: String, problem: String) {
        #expect(refusal(of: "name: a\nversion: 1\nprocesses: \(processes)\n") == ["release.yaml:\(problem)"])
    }

    @Test func `all problems of a file are told at once, in the file's order`() {
        let problems = refusal(of: "nmae: a\nversion: ../1\nassets: /a\n")
        #expect(
            problems.map { $0.prefix { $0 != " " } } == [
                "release.yaml:1:1:", "release.yaml:1:1:", "release.yaml:1:1:", "release.yaml:2:10:",
                "release.yaml:3:9:",
            ])
        #expect(problems.contains { $0.hasPrefix("release.yaml:1:1: 'name' is missing") })
    }

    @Test func `twenty problems are told and the others counted`() {
        let many = (1...50).map { "x\($0): 1" }.joined(separator: "\n")
        guard case .invalid(let problems, let omitted)? = error(of: Self.smallest + "\n" + many) else {
            Issue.record("fifty unknown keys were taken")
            return
        }
        #expect((problems.count, omitted) == (20, 30))
    }

    @Test func `aliases that would multiply are refused before they are expanded`() {
        let levels = (1...9).map { level in
            "a\(level): &a\(level) [" + (0..<9).map { _ in "*a\(level - 1)" }.joined(separator: ",") + "]"
        }
        let bomb = "a0: &a0 x\n" + levels.joined(separator: "\n") + "\n? *a9\n: 1\n"
        #expect(
            refusal(of: bomb) == ["release.yaml:1:1: more than 24 YAML aliases ('*name'); write the values out."])
    }

    @Test func `nesting without end is refused and does not exhaust the stack`() {
        let deep = String(repeating: "[", count: 200_000)
        #expect(refusal(of: deep).count == 1)
    }

    @Test func `a file above its limit is refused unread`() {
        let text = "# " + String(repeating: "x", count: 256 * 1_024)
        #expect(error(of: text) == .tooLarge(file: "release.yaml", limitBytes: 256 * 1_024))
    }

    @Test func `an empty file is refused`() {
        #expect(refusal(of: "# nothing\n") == ["release.yaml:1:1: the file is empty."])
    }

    private func error(of text: String) -> SettingsError? {
        do throws(SettingsError) {
            _ = try ReleaseManifest.parse(text)
            return nil
        } catch {
            return error
        }
    }

    private func refusal(of text: String) -> [String] {
        guard case .invalid(let problems, _)? = error(of: text) else { return [] }
        return problems.map(\.description)
    }
}
