import API
import Domain
import Foundation
import Glibc
import Subprocess
import TestSupport
import Testing

/// Settings and secrets from the command line to the processes of a release, and nowhere else.
@Suite(.serialized, .timeLimit(.minutes(5))) struct SecretTests {
    @Test func `FreightOps has its secrets, also when it is started again while nobody watches, and nothing else has`()
        async throws
    {
        let environment = FixtureEnvironment(database: "embedded", policy: ["bake": "100ms"])
        try await SwitchyardFixture.use([environment], application: "freightops") { switchyard in
            let key = Self.value("sk_live_")
            try await switchyard.set("STRIPE_SECRET_KEY", key)
            let flags = "https://flags.example.com/v1"
            let setting = try await switchyard.cli(["setting", "set", "FEATURE_FLAGS_ENDPOINT=\(flags)"])
            #expect(setting.status == 0, "\(setting)")
            try await FreightOpsRelease(version: "1.0.0").add(to: switchyard)
            let deployed = try await switchyard.deploy("1.0.0")
            #expect(deployed.deployment.outcome == .committed, "\(deployed)")

            let web = Self.web
            let first = try #require(switchyard.servicePid(web))
            let variables = try Self.variables(of: first)
            #expect(variables["STRIPE_SECRET_KEY"] == key && variables["FEATURE_FLAGS_ENDPOINT"] == flags)
            let url = try #require(variables["DATABASE_URL"])
            let password = try #require(URLComponents(string: url)?.password)
            try await switchyard.expectNowhere([key, password])
            let command = try await switchyard.cli(["run", "--", "printenv", "STRIPE_SECRET_KEY"])
            #expect(command.output == "\(key)\n", "\(command.error)")
            for arguments in [["secret", "list", "--json"], ["secret", "history", "STRIPE_SECRET_KEY", "--json"]] {
                let answer = try await switchyard.cli(arguments)
                #expect(answer.status == 0 && !answer.output.contains(key))
            }

            switchyard.kill(SIGKILL)
            try await switchyard.waitForControlPlaneToEnd()
            try FileManager.default.moveItem(
                atPath: "\(switchyard.state)/switchyard.sqlite", toPath: "\(switchyard.folder)/away.sqlite")
            kill(first, SIGKILL)
            try await eventually(within: .seconds(30), "another process") {
                guard let pid = switchyard.servicePid(web), pid != first else { return false }
                return (try? Self.variables(of: pid))?["STRIPE_SECRET_KEY"] == key
            }
            try await switchyard.expectNowhere([key, password])
        }
    }

    @Test func `a slot keeps the values of its plan, and what a process prints is written without any of them`()
        async throws
    {
        try await SwitchyardFixture.use([FixtureEnvironment(policy: ["bake": "100ms"])]) { switchyard in
            let (old, new, file) = (Self.value("old"), Self.value("new"), Self.value("file"))
            try await switchyard.set("TALKED_ABOUT", old)
            try await switchyard.set("TLS_KEY", file)
            try await switchyard.add(talking: "1.0.0")
            try await switchyard.deploy("1.0.0")
            let web = Self.web
            try await switchyard.say(Self.forms(of: old) + Self.forms(of: file) + ["4111 1111 1111 1111 end-1"])
            try await switchyard.expectLog(of: web, toHave: "1111 end-1")
            let log = try String(contentsOfFile: "\(switchyard.state)/logs/\(web)/current", encoding: .utf8)
            #expect(log.contains("[redacted:TALKED_ABOUT]") && !log.contains("1111 1111"), "\(log)")
            try await switchyard.expectNowhere([old, file])

            // Said by a process that was not given it, as soon as it is set.
            try await switchyard.set("TALKED_ABOUT", new)
            try await switchyard.say(Self.forms(of: new) + ["end-2"])
            try await switchyard.expectLog(of: web, toHave: "end-2")
            try await switchyard.expectNowhere([old, new, file])

            try await switchyard.add(talking: "1.1.0")
            let plan = try await switchyard.cli(["deploy", "1.1.0", "--dry-run"])
            #expect(plan.output.contains("It gets version 2 of the secret TALKED_ABOUT ("), "\(plan)")
            let digest = try #require(plan.output.split(separator: " ").last).trimmingCharacters(in: .newlines)
            try await switchyard.set("TALKED_ABOUT", Self.value("newer"))
            let stale = try await switchyard.cli(["deploy", "1.1.0", "--plan", digest])
            #expect(stale.status == 1 && stale.error.lowercased().contains("plan"), "\(stale)")
            try await switchyard.set("TALKED_ABOUT", new)
            try await switchyard.deploy("1.1.0")
            let rotated = try await switchyard.cli(["secret", "rotate", "--drop-old"])
            #expect(rotated.status == 0 && rotated.output.contains("Taken out: k"), "\(rotated)")

            // The kept slot is started again under the new key with what it had.
            let kept = try #require(switchyard.servicePid(web))
            #expect(try Self.variables(of: kept)["TALKED_ABOUT"] == old)
            kill(kept, SIGKILL)
            try await eventually(within: .seconds(30), "the kept process again") {
                guard let pid = switchyard.servicePid(web), pid != kept else { return false }
                return (try? Self.variables(of: pid))?["TALKED_ABOUT"] == old
            }
            try await eventually(within: .seconds(30), "a healthy way back") {
                (try? await switchyard.rollBack())?.deployment.outcome == .rolledBack
            }
            try await switchyard.say(["end-3"])
            try await switchyard.expectLog(of: web, toHave: "end-3 \(file.count)")
            try await switchyard.expectNowhere([old, new, file])
        }
    }

    @Test func `secrets go out for age recipients, come in again, and bad input changes nothing`() async throws {
        let environments = [FixtureEnvironment(), FixtureEnvironment("staging")]
        try await SwitchyardFixture.use(environments) { switchyard in
            let value = Self.value("exchanged")
            try await switchyard.set("STRIPE_SECRET_KEY", value)
            let identity = "\(switchyard.folder)/identity"
            let made = try await run(
                .name("age-keygen"), arguments: ["--output", identity], output: .discarded,
                error: .string(limit: 4_096))
            let recipient = try #require(
                made.standardError.split(separator: " ").last?.trimmingCharacters(in: .newlines))
            let exported = "\(switchyard.folder)/secrets.json"
            let export = try await switchyard.cli([
                "secret", "export", "-e", "production", "-r", recipient, "--output", exported,
            ])
            #expect(export.status == 0, "\(export)")
            let coming = ["secret", "import", exported, "-e", "staging", "--identity", identity]
            let shown = try await switchyard.cli(coming)
            #expect(shown.status == 0 && shown.output.hasPrefix("+ STRIPE_SECRET_KEY  "), "\(shown)")
            #expect(try await switchyard.client.secrets(in: EnvironmentName("staging")).isEmpty)
            let applied = try await switchyard.cli(coming + ["--apply"])
            #expect(applied.status == 0, "\(applied)")
            let there = try await switchyard.client.secrets(in: EnvironmentName("staging"))
            let here = try await switchyard.client.secrets(in: .production)
            #expect(there.map(\.fingerprint) == here.map(\.fingerprint) && there.count == 1)
            let ran = try await switchyard.cli([
                "secret", "run", "-e", "staging", "--", "printenv", "STRIPE_SECRET_KEY",
            ])
            #expect(ran.output == "\(value)\n", "\(ran.error)")
            try await switchyard.expectNowhere([value])

            let (empty, plain) = ("\(switchyard.folder)/empty", "\(switchyard.folder)/plain.json")
            try "\n".write(toFile: empty, atomically: false, encoding: .utf8)
            try "{\"A\": \"b\"}".write(toFile: plain, atomically: false, encoding: .utf8)
            let refusals: [(arguments: [String], status: Int32, sentence: String)] = [
                (["secret", "set", "NAME=value", "-e", "production"], 64, "Give the name alone"),
                (["secret", "set", "PORT", "-e", "production", "--file", plain], 1, "Switchyard itself gives PORT"),
                (["secret", "set", "9LIVES", "-e", "production", "--file", plain], 1, "no valid variable name"),
                (["secret", "set", "EMPTY", "-e", "production", "--file", empty], 1, "EMPTY"),
                (["secret", "set", "NAME", "-e", "nowhere", "--file", plain], 9, "no environment 'nowhere'"),
                (["setting", "set", "STRIPE_SECRET_KEY=x", "-e", "production"], 1, "STRIPE_SECRET_KEY"),
                (["secret", "remove", "UNKNOWN", "-e", "production"], 9, "UNKNOWN"),
                (["secret", "export", "-e", "production", "-r", "age1"], 1, "age"),
                (["secret", "import", plain, "-e", "production", "--identity", identity], 2, "'sops'"),
            ]
            for refusal in refusals {
                let result = try await switchyard.cli(refusal.arguments)
                #expect(result.status == refusal.status && result.error.contains(refusal.sentence), "\(result)")
            }
            #expect(try await switchyard.client.secrets(in: .production) == here)
        }
    }

    @Test func `a kill between writing and answering loses nothing that was acknowledged`() async throws {
        try await SwitchyardFixture.use { switchyard in
            var acknowledged = 0
            for round in 1...4 {
                let value = Self.value("round \(round)")
                let path = "\(switchyard.folder)/value"
                try value.write(toFile: path, atomically: false, encoding: .utf8)
                async let setting = switchyard.cli(["secret", "set", "NAME", "--file", path])
                let stamp = "\(switchyard.state)/switchyard.sqlite-wal"
                let before = (try? FileManager.default.attributesOfItem(atPath: stamp)[.size] as? Int) ?? 0
                try? await eventually(within: .seconds(5), "a write") {
                    (try? FileManager.default.attributesOfItem(atPath: stamp)[.size] as? Int) ?? 0 != before
                }
                switchyard.kill(SIGKILL)
                try await switchyard.waitForControlPlaneToEnd()
                if try await setting.status == 0 { acknowledged += 1 }
                try await switchyard.start()
                let versions = (try? await switchyard.client.history(of: "NAME", in: .production))?.count ?? 0
                #expect(versions >= acknowledged && versions <= round)
            }
            try await switchyard.set("NAME", Self.value("last"))
        }
    }

    /// The web process of the first slot.
    private static let web = "production.s1.web.web.1"

    /// One that every encoding changes.
    private static func value(_ start: String) -> String {
        "\(start)_\(UUID().uuidString)/+\"=é\\&%"
    }

    /// Everything that a process was given.
    private static func variables(of pid: Int32) throws -> [String: String] {
        let data = try Data(contentsOf: URL(filePath: "/proc/\(pid)/environ"))
        let lines = data.split(separator: 0).map { String(decoding: $0, as: UTF8.self) }
        return Dictionary(
            lines.compactMap { line in
                line.firstIndex(of: "=").map { (String(line[..<$0]), String(line[line.index(after: $0)...])) }
            }, uniquingKeysWith: { first, _ in first })
    }

    /// The encodings in which applications print a value, each behind a word of its own.
    private static func forms(of value: String) -> [String] {
        [value] + SecretTrace.encodings(of: value)
    }
}

/// What keeps a test from going on.
private struct Unexpected: Error, CustomStringConvertible {
    let description: String
}

/// A value in the forms in which it could be found, written by hand and not by the redactor's own code.
private enum SecretTrace {
    static func encodings(of value: String) -> [String] {
        let bytes = Data(value.utf8)
        let aligned = (0..<3).map { (Data(repeating: 0x78, count: $0) + bytes).base64EncodedString() }
        let json = (try? JSONEncoder().encode([value])).map {
            String(decoding: $0.dropFirst(2).dropLast(2), as: UTF8.self)
        }
        return aligned + aligned.map { $0.replacing("+", with: "-").replacing("/", with: "_") } + [
            bytes.map { String(format: "%02x", $0) }.joined(), bytes.map { String(format: "%02X", $0) }.joined(),
            value.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? "", json ?? "",
        ]
    }

    /// The same without what depends on the neighbours: the characters at the ends of Base64.
    static func cores(of value: String) -> [Data] {
        let bytes = Data(value.utf8)
        let aligned = (0..<3).map { shift in
            let text = (Data(repeating: 0x78, count: shift) + bytes).base64EncodedString()
            return String(text.replacing("=", with: "").dropFirst(shift == 0 ? 0 : shift + 1).dropLast(2))
        }
        let url = aligned.map { $0.replacing("+", with: "-").replacing("/", with: "_") }
        return Set([value] + aligned + url + encodings(of: value).dropFirst(6)).map { Data($0.utf8) }
    }
}

extension SwitchyardFixture {
    /// Sets a secret of the only environment, or of production, from a file that is gone afterwards.
    fileprivate func set(_ name: String, _ value: String) async throws {
        let path = "\(folder)/value"
        try (value + "\n").write(toFile: path, atomically: false, encoding: .utf8)
        let result = try await cli(["secret", "set", name, "-e", "production", "--file", path])
        try FileManager.default.removeItem(atPath: path)
        guard result.status == 0 else { throw Unexpected(description: "\(name) was not set: \(result.error)") }
    }

    /// Adds a release that prints whatever it is sent, in two writes.
    fileprivate func add(talking version: String) async throws {
        let source = "\(folder)/releases/\(version)"
        try FileManager.default.createDirectory(atPath: source, withIntermediateDirectories: true)
        let program = """
            import os, sys, time
            from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

            class Handler(BaseHTTPRequestHandler):
                def do_GET(self):
                    self.answer()
                def do_POST(self):
                    text = self.rfile.read(int(self.headers["content-length"]))
                    for part in (text[:len(text) // 2 + 3], text[len(text) // 2 + 3:]):
                        os.write(1, part)
                    with open(os.environ["TLS_KEY_FILE"], encoding="utf-8") as file:
                        os.write(1, f" {len(file.read())}\\n".encode())
                    self.answer()
                def answer(self):
                    self.send_response(200)
                    self.send_header("content-length", "0")
                    self.end_headers()
                def log_message(self, *words):
                    pass

            ThreadingHTTPServer((os.environ["HOST"], int(os.environ["PORT"])), Handler).serve_forever()
            """
        try program.write(toFile: "\(source)/app.py", atomically: false, encoding: .utf8)
        let manifest = """
            name: example
            version: \(version)
            processes:
              web: {command: [python3, app.py]}
            secrets: {TLS_KEY: file, TALKED_ABOUT: environment}
            health: {healthy_after: 2}
            """
        try manifest.write(toFile: "\(source)/release.yaml", atomically: false, encoding: .utf8)
        try await add(folder: source)
    }

    /// Lets the serving release print lines.
    fileprivate func say(_ lines: [String]) async throws {
        let text = lines.joined(separator: " ; \n")
        let result = try await run(
            .name("curl"),
            arguments: [
                "--silent", "--show-error", "--fail", "--header", "Host: \(environments[0].domain)", "--data-binary",
                "@-", "\(try traffic.absoluteString)",
            ], input: .string(text), output: .discarded, error: .string(limit: 4_096))
        guard result.terminationStatus.isSuccess else { throw Unexpected(description: result.standardError) }
    }

    /// Waits for a text in a log.
    fileprivate func expectLog(of service: String, toHave text: String) async throws {
        let path = "\(state)/logs/\(service)/current"
        do {
            try await eventually(within: .seconds(20), "'\(text)' in the log") {
                try String(contentsOfFile: path, encoding: .utf8).contains(text)
            }
        } catch {
            let log = (try? String(contentsOfFile: path, encoding: .utf8)) ?? "none"
            throw Unexpected(description: "\(error); the log is:\n\(log.suffix(3_000))")
        }
    }

    /// Looks for values in every file of the state, in the control plane's log, in what the API answers, and in what all
    /// processes but those of releases were started with; a value that is planted is found.
    fileprivate func expectNowhere(_ values: [String]) async throws {
        let found = places(of: values)
        #expect(found.isEmpty, "\(found)")
        let planted = "\(state)/logs/planted"
        try Data(values[0].utf8).base64EncodedString().write(toFile: planted, atomically: false, encoding: .utf8)
        #expect(places(of: values) == [planted])
        try FileManager.default.removeItem(atPath: planted)
        guard isControlPlaneRunning else { return }
        let answers = [
            "\(try await client.status())", "\(try await report())", "\(try await client.secrets(in: .production))",
            "\(try await client.deployments())", "\(try await client.auditEntries([:], last: 1_000))",
        ]
        for value in values { #expect(!answers.contains { $0.contains(value) }) }
    }

    private func places(of values: [String]) -> [String] {
        let traces = values.flatMap(SecretTrace.cores)
        func shows(_ data: Data) -> Bool { traces.contains { data.range(of: $0) != nil } }
        let files = FileManager.default.enumerator(atPath: state)?.compactMap { $0 as? String } ?? []
        let regular = (files.map { "\(state)/\($0)" } + [log]).filter { path in
            var status = stat()
            return lstat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFREG
        }
        let processes = StateProcesses.pids(below: folder).filter { pid in
            let arguments = FileManager.default.contents(atPath: "/proc/\(pid)/cmdline") ?? Data()
            let environment = FileManager.default.contents(atPath: "/proc/\(pid)/environ") ?? Data()
            let isRelease = environment.range(of: Data("RELEASE_DIGEST=".utf8)) != nil
            return shows(arguments) || !isRelease && shows(environment)
        }
        return regular.filter { shows(FileManager.default.contents(atPath: $0) ?? Data()) }
            + processes.map { "process \($0)" }
    }
}
