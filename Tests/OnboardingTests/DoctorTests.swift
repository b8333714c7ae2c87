import Foundation
import Onboarding
import Postgres
import Subprocess
import SystemPackage
import TestSupport
import Testing

/// `switchyard doctor` of the real binary: what must be mended, and how.
@Suite(.timeLimit(.minutes(3)))
struct DoctorTests {
    /// What doctor finds with this configuration in a folder.
    private func findings(
        _ yaml: String, in folder: String, environment: [Environment.Key: String?] = [:]
    ) async throws -> [Finding] {
        try yaml.write(toFile: "\(folder)/switchyard.yaml", atomically: false, encoding: .utf8)
        let outcome = try await CommandOutcome.of(
            ["doctor", "--json", "--state", "\(folder)/state"], in: folder, environment: environment)
        let examination = try JSONDecoder().decode(Examination.self, from: Data(outcome.output.utf8))
        #expect(outcome.succeeded == examination.isHealthy, "\(outcome.error)")
        #expect(examination.findings.allSatisfy { ($0.remedy == nil) == ($0.state == .good) })
        return examination.findings
    }

    @Test func `what must be mended is told with its remedy, and the command ends with 1`() async throws {
        try await withTemporaryFolder { folder in
            let found = try await findings(
                """
                application: notes
                environments:
                  production:
                    domains: [notes.example.com]
                    database: {url: "postgresql://nobody@127.0.0.1:1/notes"}
                traffic:
                  http: 192.0.2.1:80
                  https: 127.0.0.1:0
                  certificates: \(folder)/nothing
                """, in: folder)
            let mends = Set(found.filter { $0.state == .mend }.map(\.subject))
            #expect(mends == ["traffic.http 192.0.2.1:80", "certificates", "database of production"])
            let good = Set(found.filter { $0.state == .good }.map(\.subject))
            #expect(good.isSuperset(of: ["haproxy", "runit", "pg_dump", "configuration", "state folder"]))
        }
    }

    @Test func `programs are told with their versions, and the time zone as the system has it`() async throws {
        try await withTemporaryFolder { folder in
            let yaml = "application: notes\nenvironments: {production: {database: embedded}}\n"
            let found = try await findings(yaml, in: folder, environment: ["TZ": "EST"])
            let sentences = Dictionary(uniqueKeysWithValues: found.map { ($0.subject, $0.sentence) })
            #expect(try #require(sentences["haproxy"]).contains(#/: version \d+\.\d+/#))
            #expect(try #require(sentences["runit"]).contains(#/: version \d+\.\d+/#))
            #expect(try #require(sentences["postgresql"]).contains(#/PostgreSQL\) \d+/#))
            #expect(sentences["time zone"] == "EST, now UTC-05:00; Switchyard records every time in UTC.")
        }
    }

    @Test func `a configuration is refused as serve does, with line and nearest name`() async throws {
        try await withTemporaryFolder { folder in
            let text = "application: notes\nenvironments: {production: {databse: none}}\n"
            try text.write(toFile: "\(folder)/wrong.yaml", atomically: false, encoding: .utf8)
            let outcome = try await CommandOutcome.of(
                ["doctor", "--config", "wrong.yaml", "--state", "\(folder)/state"], in: folder)
            #expect(!outcome.succeeded)
            #expect(outcome.output.contains("wrong.yaml:2:"), "\(outcome.output)")
            #expect(outcome.output.contains("did you mean 'database'?"))
            let missing = try await CommandOutcome.of(["doctor", "--config", "none.yaml"], in: folder)
            #expect(!missing.succeeded, "a file that was named must be there")
        }
    }
}

// MARK: - Certificates

extension DoctorTests {
    @Test func `certificates are good only with their own key, in date and for the domains`() async throws {
        try await withTemporaryFolder { folder in
            let certificates = CertificateFolder(folder: folder)
            try await certificates.make("good", for: "a.example.com")
            // Within the notice that 'status' gives, too, and just before it.
            try await certificates.make("short", for: "b.example.com", days: 13)
            try await certificates.make("longer", for: "b.example.com", days: 16)
            try await certificates.make("strange", for: "elsewhere.example.com")
            try await certificates.makeExpired("old")
            for name in ["good", "short", "longer", "strange", "old"] {
                try certificates.join(["\(name).crt", "\(name).key"], into: "\(name).pem")
            }
            try certificates.join(["good.crt"], into: "keyless.pem")
            try certificates.join(["good.key"], into: "key.pem")
            try certificates.join(["good.crt", "short.key"], into: "mixed.pem")
            let found = try await findings(
                """
                application: notes
                environments:
                  production:
                    domains: [a.example.com, b.example.com, c.example.com]
                    database: none
                traffic: {https: "127.0.0.1:0", certificates: \(certificates.served)}
                """, in: folder)
            func finding(_ name: String) -> Finding? { found.first { $0.subject == "certificate \(name)" } }
            #expect(finding("good.pem")?.state == .good)
            #expect(finding("longer.pem")?.state == .good)
            #expect(finding("short.pem")?.state == .note)
            #expect(finding("keyless.pem")?.sentence.contains("its private key is not in the file") == true)
            #expect(finding("old.pem")?.sentence.contains("it expired at 2020-02-01") == true)
            #expect(finding("mixed.pem")?.sentence.contains("belongs to another certificate") == true)
            #expect(finding("key.pem")?.sentence.contains("holds no certificate") == true)
            #expect(finding("strange.pem")?.sentence.contains("for none of the domains") == true)
            #expect(finding("old.pem")?.remedy == "Renew it and replace the file.")
            #expect(finding("strange.pem")?.remedy?.hasPrefix("Replace it by one for the domains") == true)
            #expect(!found.contains { $0.sentence.contains("Replace the file") }, "one remedy each")
            #expect(found.first { $0.subject == "certificates" }?.sentence.contains("is for c.example.com.") == true)
        }
    }

    private static func yaml(authority: String, domains: String, http: String) -> String {
        """
        application: notes
        environments: {production: {database: none, domains: \(domains)}}
        traffic: {http: "\(http)", https: "127.0.0.1:0", acme: \(authority)}
        """
    }

    @Test(arguments: [
        ("{email: me@example.com}", "[a.example.com]", "127.0.0.1:0", "for its proof on port 80"),
        ("{email: me@example.com}", "[]", "127.0.0.1:0", "is asked for no certificate"),
        ("{email: me@example.com, trusted_roots: /nowhere}", "[]", "127.0.0.1:0", "names /nowhere"),
    ])
    func `beside an authority nobody is told to bring certificates`(
        authority: String, domains: String, http: String, sentence: String
    ) async throws {
        try await withTemporaryFolder { folder in
            let yaml = Self.yaml(authority: authority, domains: domains, http: http)
            let found = try await findings(yaml, in: folder).filter { $0.subject == "certificates" }
            #expect(found.count == 1)
            #expect(found.first?.sentence.contains(sentence) == true, "\(found)")
            #expect(found.first?.remedy?.contains("traffic.certificates") == false)
        }
    }

    @Test func `the address that a remedy names for the authority's proof is one that the configuration takes`()
        async throws
    {
        try await withTemporaryFolder { folder in
            let authority = "{email: me@example.com}"
            func told(_ http: String) async throws -> Finding? {
                let yaml = Self.yaml(authority: authority, domains: "[a.example.com]", http: http)
                return try await findings(yaml, in: folder).first { $0.subject == "certificates" }
            }
            let remedy = try #require(try await told("127.0.0.1:0")?.remedy)
            let address = try #require(remedy.firstMatch(of: /'([^']+)' under traffic\.http/)?.1)
            #expect(try await told(String(address))?.state == .good, "\(remedy)")
        }
    }

    @Test func `the programs that certificates need are looked for on the PATH, where they are needed`() async throws {
        try await withTemporaryFolder { folder in
            let secure = Self.yaml(
                authority: "{email: me@example.com}", domains: "[a.example.com]", http: "127.0.0.1:0")
            let path = "\(folder)/bin"
            try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
            func programs(_ yaml: String) async throws -> [Finding] {
                try await findings(yaml, in: folder, environment: ["PATH": path])
                    .filter { ["git", "lego", "openssl"].contains($0.subject) }
            }
            let missing = try await programs(secure)
            #expect(missing.map(\.state) == [.mend, .mend, .note])
            #expect(missing.map(\.remedy) == ["openssl", "lego", "git"].map { "apt-get install \($0)" })
            for name in ["git", "lego", "openssl"] {
                try FileManager.default.createSymbolicLink(atPath: "\(path)/\(name)", withDestinationPath: "/bin/true")
            }
            #expect(try await programs(secure).map(\.state) == [.good, .good, .good])
            let plain = try await programs("application: notes\nenvironments: {production: {database: none}}\n")
            #expect(plain.map(\.subject) == ["git"])
        }
    }
}

// MARK: - A database of one's own

extension DoctorTests {
    @Test func `a configured database is asked for the rights that migrations and backups need`() async throws {
        try await PostgresFixture.withDatabase { owner in
            let connection = try await PostgresConnection.connect(to: owner, applicationName: "test")
            let role = "doctor_\(UUID().uuidString.prefix(8).lowercased())"
            let database = try #require(owner.database)
            try await connection.execute("CREATE ROLE \(identifier: role) LOGIN PASSWORD 'open'")
            try await connection.executeScript("REVOKE CREATE ON SCHEMA public FROM PUBLIC; CREATE TABLE secret ()")
            let url = "postgresql://\(role):open@127.0.0.1:\(owner.port)/\(database)"
            let grants = [
                ("may not make the schema 'switchyard'", "GRANT CREATE ON DATABASE \"\(database)\" TO \"\(role)\";"),
                ("may not create tables", "GRANT CREATE ON SCHEMA \"public\" TO \"\(role)\";"),
                ("may not read 1 tables", "GRANT pg_read_all_data TO \"\(role)\";"),
            ]
            for (sentence, grant) in grants {
                let finding = try await self.database(at: url)
                #expect(finding.sentence.contains(sentence), "\(finding)")
                #expect(finding.remedy == grant)
                #expect(await !canMigrate(url) || sentence.contains("read"))
                try await connection.executeScript(grant)
            }
            #expect(try await self.database(at: url).sentence.contains("migrate and back up"))
            #expect(await canMigrate(url))
            try await connection.executeScript(
                "DROP OWNED BY \(role); REVOKE pg_read_all_data FROM \(role); DROP ROLE \(role)")
            await connection.close()
        }
    }

    @Test func `a record of migrations that belongs to another user must be opened`() async throws {
        try await PostgresFixture.withDatabase { owner in
            let connection = try await PostgresConnection.connect(to: owner, applicationName: "test")
            let role = "doctor_\(UUID().uuidString.prefix(8).lowercased())"
            let database = try #require(owner.database)
            try await connection.executeScript(
                """
                CREATE ROLE \(role) LOGIN PASSWORD 'open'; GRANT pg_read_all_data TO \(role);
                GRANT CREATE ON SCHEMA public TO \(role); CREATE SCHEMA switchyard;
                CREATE TABLE switchyard.migrations (name text);
                """)
            let url = "postgresql://\(role):open@127.0.0.1:\(owner.port)/\(database)"
            #expect(try await self.database(at: url).remedy?.hasPrefix("GRANT CREATE ON DATABASE") == true)
            #expect(await !canMigrate(url), "PostgreSQL wants it also where the schema is there")
            try await connection.executeScript("GRANT CREATE ON DATABASE \"\(database)\" TO \(role)")
            let finding = try await self.database(at: url)
            #expect(finding.sentence.contains("belongs to another user"))
            #expect(await !canMigrate(url))
            try await connection.executeScript(try #require(finding.remedy))
            #expect(try await self.database(at: url).state == .good)
            #expect(await canMigrate(url))
            try await connection.executeScript(
                "DROP OWNED BY \(role); REVOKE pg_read_all_data FROM \(role); DROP ROLE \(role)")
            await connection.close()
        }
    }

    /// What doctor finds of a database; the url comes from the environment.
    private func database(at url: String) async throws -> Finding {
        try await withTemporaryFolder { folder in
            let yaml = "application: notes\nenvironments: {production: {database: {url: \"${DATABASE_URL}\"}}}\n"
            let found = try await findings(yaml, in: folder, environment: ["DATABASE_URL": url])
            #expect(!found.contains { "\($0)".contains("open") }, "a password is never told")
            return try #require(found.first { $0.subject == "database of production" })
        }
    }

    /// Whether the statements succeed with which a deployment makes its record and a table, taken back afterwards.
    private func canMigrate(_ url: String) async -> Bool {
        do {
            try await PostgresConnection.using(PostgresAddress(url: url), applicationName: "test") { connection in
                try await connection.executeScript(
                    """
                    BEGIN; CREATE SCHEMA IF NOT EXISTS switchyard;
                    CREATE TABLE IF NOT EXISTS switchyard.migrations (name text);
                    INSERT INTO switchyard.migrations (name) VALUES ('a'); CREATE TABLE a (); ROLLBACK;
                    """)
            }
            return true
        } catch {
            return false
        }
    }
}

// MARK: - An installed configuration

extension DoctorTests {
    @Test(.enabled(if: getuid() == 0, "only root mounts"))
    func `an installed configuration is examined with the variables of its environment file`() async throws {
        try await withTemporaryFolder { folder in
            let installed = "application: notes\nenvironments: {production: {database: {url: \"${DATABASE_URL}\"}}}\n"
            func findings(environment: String, as user: [String] = []) async throws -> [String: Finding] {
                try await examination(of: installed, environment: environment, in: folder, as: user)
            }
            let unset = try await findings(environment: "# nothing\n")
            #expect(unset["configuration"]?.sentence.contains("DATABASE_URL") == true)
            #expect(unset["configuration"]?.remedy?.contains("/etc/switchyard/environment") == true)

            let exported = try await findings(environment: "export DATABASE_URL=postgresql://db/notes\n")
            #expect(exported["variables"]?.sentence.contains("passes over the lines 1") == true)
            #expect(exported["configuration"]?.state == .mend)

            let set = try await findings(environment: "DATABASE_URL='postgresql://me:geheim@127.0.0.1:1/notes'\n")
            #expect(set["configuration"]?.state == .good)
            #expect(set["variables"]?.sentence == "/etc/switchyard/environment sets DATABASE_URL.")
            #expect(set["database of production"]?.sentence.contains("127.0.0.1") == true)
            #expect(!set.values.contains { "\($0)".contains("geheim") })

            if let account = OrdinaryAccount.nobody {
                let closed = try await findings(
                    environment: "DATABASE_URL=postgresql://db/notes\n",
                    as: ["setpriv", "--reuid=\(account.userID)", "--clear-groups"])
                #expect(closed["variables"]?.sentence.contains("environment: Permission denied") == true)
                #expect(closed["variables"]?.remedy?.contains("as root") == true)
                #expect(closed["configuration"] == nil, "what it misses is not blamed on the configuration")
            }
        }
    }

    /// What doctor finds, by subject, on a machine whose /etc/switchyard is the test's: in a mount namespace of its own.
    private func examination(
        of configuration: String, environment: String, in folder: String, as user: [String]
    ) async throws -> [String: Finding] {
        let script = """
            mkdir -p etc && cp -a /etc/. etc/ && mkdir -p etc/switchyard && chmod 755 etc/switchyard || exit
            printf %s "$CONFIGURATION" >etc/switchyard/switchyard.yaml
            printf %s "$VARIABLES" >etc/switchyard/environment && chmod 600 etc/switchyard/environment
            mount --bind etc /etc && exec "$@"
            """
        let command = user + [SwitchyardFixture.program, "doctor", "--json", "--state", "\(folder)/state"]
        let result = try await run(
            .name("unshare"), arguments: Arguments(["--mount", "sh", "-c", script, "sh"] + command),
            environment: .inherit.updating([
                "CONFIGURATION": configuration, "VARIABLES": environment, "DATABASE_URL": nil,
            ]), workingDirectory: FilePath(folder), output: .string(limit: 1_048_576), error: .string(limit: 65_536))
        let examination = try? JSONDecoder().decode(Examination.self, from: Data(result.standardOutput.utf8))
        let found = try #require(examination, "\(result.standardError)").findings
        return Dictionary(found.map { ($0.subject, $0) }, uniquingKeysWith: { first, _ in first })
    }
}
