import Domain
import Settings
import Testing

/// `switchyard.yaml`: what is taken, and what is refused with which sentence.
struct ConfigurationTests {
    @Test func `the smallest configuration gets every default`() throws {
        let configuration = try Configuration.parse("application: freightops\nenvironments: {dev: {}}\n")
        #expect(
            configuration
                == Configuration(
                    application: try ApplicationName("freightops"),
                    environments: [
                        EnvironmentDefinition(
                            name: try EnvironmentName("dev"), domains: [],
                            policy: DeploymentPolicy(verdict: VerdictPolicy(strategy: .blueGreen)))
                    ]))
    }

    @Test func `a configuration with every key is read as it is written`() throws {
        let configuration = try Configuration.parse(
            """
            application: freightops
            environments:
              production:
                domains: [Freight.example.com, www.freight.example.com]
                database: {url: "postgresql://app:${PASSWORD}@db.example.com/freight"}
                settings: {COMPANY: "Hauler & Sons"}
                keep_releases: 3
                rollback_period: 2d
                warm_deadline: 90s
                bake: 1m
                drain: 500ms
                stop: 20s
                close_spread: 2m
                recovery: 30s
                backup_deadline: 2h
                expand_deadline: 15m
                max_instances: 8
              dev: {database: none}
            traffic:
              http: 0.0.0.0:80
              https: "[::]:443"
              certificates: /etc/switchyard/certificates
              redirect_to_https: true
              hsts: 365d
              max_connections: 20000
            api: {listen: "127.0.0.1:7070"}
            """, variables: ["PASSWORD": "s3cret"])
        let production = try #require(configuration.environments.first)
        #expect(production.domains == ["freight.example.com", "www.freight.example.com"])
        #expect(production.database == .url("postgresql://app:s3cret@db.example.com/freight"))
        #expect(production.settings == ["COMPANY": "Hauler & Sons"])
        #expect(
            production.policy
                == DeploymentPolicy(
                    keepReleases: 3, rollbackPeriodSeconds: 172_800, warmDeadlineSeconds: 90, bakeSeconds: 60,
                    drainSeconds: 0.5, stopSeconds: 20, closeSpreadSeconds: 120, recoverySeconds: 30,
                    backupDeadlineSeconds: 7_200, expandDeadlineSeconds: 900, maxInstances: 8))
        #expect(configuration.environments.map(\.name.rawValue) == ["production", "dev"])
        #expect(configuration.environments.last?.database == EnvironmentDefinition.Database.none)
        #expect(
            configuration.traffic
                == TrafficSettings(
                    http: "0.0.0.0:80", https: "[::]:443", certificates: "/etc/switchyard/certificates",
                    redirectToHTTPS: true, hstsSeconds: 31_536_000, maxConnections: 20_000))
        #expect(configuration.api.listen == "127.0.0.1:7070")
    }

    /// What follows `environments: {dev: {`, and the problem it makes.
    static let mistakes: [(line: String, problem: String)] = [
        (
            "environments: {dev: {domain: []}}",
            "2:22: unknown key 'domain' in 'environments.dev'; did you mean 'domains'?"
        ),
        ("environments: {dev: {bake: soon}}", "2:28: 'environments.dev.bake' is 'soon', but must be a duration"),
        (
            "environments: {dev: {keep_releases: 0}}",
            "2:37: 'environments.dev.keep_releases' is '0', but must be a whole number from 1 to 16."
        ),
        (
            "environments: {dev: {domains: [\"*.example.com\"]}}",
            "2:32: 'environments.dev.domains[0]' is the text '*.example.com', but must be a host name"
        ),
        (
            "environments: {dev: {domains: [127.0.0.1]}}",
            "2:32: 'environments.dev.domains[0]' is '127.0.0.1', but must be a host name"
        ),
        (
            "environments: {dev: {domains: [a.example]}, test: {domains: [A.example]}}",
            "2:62: 'a.example' is also a domain of 'dev'; a domain leads to one environment."
        ),
        (
            "environments: {dev: {domains: [a.example, a.example]}}",
            "2:43: 'a.example' is named twice; a domain leads to one environment."
        ),
        (
            "environments: {dev: {database: embeded}}",
            "2:32: 'environments.dev.database' is 'embeded', but must be one of embedded, none, secret; "
                + "did you mean 'embedded'?"
        ),
        ("environments: {dev: {database: \"postgresql://a/b\"}}", "2:32: a database's URL is written as {url: …}."),
        (
            "environments: {dev: {database: {url: \"mysql://root:hidden@a/b\"}}}",
            "2:38: 'environments.dev.database.url' must be a URL that begins with postgresql://."
        ),
        (
            "environments: {dev: {database: {url: \"postgresql://${NOBODY}@a/b\"}}}",
            "2:38: 'environments.dev.database.url' uses ${NOBODY}, which is not set; "
                + "set it where Switchyard is started."
        ),
        ("environments: {dev: {settings: {PORT: 80}}}", "2:33: 'PORT' is set by Switchyard itself; remove it."),
        ("environments: {Dev: {}}", "2:16: 'Dev' is no valid environment name: use 1 to 32 lower-case letters"),
        (
            "environments: {dev: {}}\ntraffic: {http: \"80\"}",
            "3:17: 'traffic.http' is the text '80', but must be an address and a port"
        ),
        (
            "environments: {dev: {}}\ntraffic: {redirect_to_https: yes}",
            "3:30: 'traffic.redirect_to_https' is 'yes', but must be true or false."
        ),
        (
            "environments: {dev: {}}\ntraffic: {redirect_to_https: true}",
            "3:30: 'redirect_to_https' needs 'https', which is not set."
        ),
        (
            "environments: {dev: {}}\ntraffic: {acme: {email: a@b.example}}",
            "3:17: 'acme' needs 'https', which is not set."
        ),
        (
            "environments: {dev: {}}\ntraffic: {https: \"*:443\"}",
            "3:18: 'traffic.https' is the text '*:443', but must be an address and a port"
        ),
        (
            "environments: {dev: {}}\ntraffic: {https: \"0.0.0.0:443\", certificates: c, acme: {email: a@b.example}}",
            "3:56: 'acme' and 'certificates' exclude each other; remove one of them."
        ),
        (
            "environments: {dev: {}}\ntraffic: {https: \"0.0.0.0:443\", acme: {email: --help}}",
            "3:47: 'traffic.acme.email' is '--help', but must be an e-mail address"
        ),
        (
            "environments: {dev: {}}\napi: {listen: \"127.0.0.1:99999\"}",
            "3:15: 'api.listen' is the text '127.0.0.1:99999', but must be an address and a port"
        ),
        (
            "environments: {dev: {}}\ntraffic: {http: \"0.0.0.0:80\"}\napi: {listen: \"127.0.0.1:80\"}",
            "4:15: 'api.listen' is 127.0.0.1:80, where 'traffic.http' (line 3) listens already with 0.0.0.0:80; "
                + "give one of them another port."
        ),
        (
            "environments: {dev: {}}\napi: {listen: \"localhost:443\"}\ntraffic: {https: \"127.0.0.1:443\"}",
            "3:15: 'api.listen' is localhost:443, where 'traffic.https' (line 4) listens already"
        ),
        (
            "environments: {dev: {}}\ntraffic: {http: \"127.0.0.1:80\", https: \"[::]:80\"}",
            "3:40: 'traffic.https' is [::]:80, where 'traffic.http' (line 3) listens already with 127.0.0.1:80"
        ),
    ]

    @Test(arguments: mistakes)
    func `a mistake is told with its place and its remedy`(line: String, problem: String) {
        do throws(SettingsError) {
            _ = try Configuration.parse("application: freightops\n\(line)\n")
            Issue.record("it was taken")
        } catch {
            #expect(error.description.hasPrefix("switchyard.yaml:\(problem)"))
            #expect(!error.description.contains("hidden"), "a password stands in an error message")
        }
    }

    @Test(arguments: [
        "traffic: {http: \"127.0.0.1:0\", https: \"127.0.0.1:0\"}\napi: {listen: \"127.0.0.1:0\"}",
        "traffic: {http: \"192.0.2.1:8080\"}\napi: {listen: \"127.0.0.1:8080\"}",
        "traffic: {http: \"127.0.0.1:8080\"}\napi: {listen: \"[::1]:8080\"}",
    ])
    func `one port on different addresses, and any port of the system's, is taken`(lines: String) throws {
        _ = try Configuration.parse("application: freightops\nenvironments: {dev: {}}\n\(lines)\n")
    }

    @Test func `a missing file is named with the system's reason`() {
        #expect(
            throws: SettingsError.unreadable(file: "/nowhere/switchyard.yaml", reason: "No such file or directory")
        ) {
            try Configuration.read(file: "/nowhere/switchyard.yaml", variables: [:])
        }
    }
}
