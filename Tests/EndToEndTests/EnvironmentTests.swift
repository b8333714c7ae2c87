import API
import Domain
import Foundation
import Postgres
import TestSupport
import Testing

/// Environments that must not be mixed up, times in which nothing changes, and the way back to what is in no slot any more.
@Suite(.serialized, .timeLimit(.minutes(6))) struct EnvironmentTests {
    private let environments = [
        FixtureEnvironment(
            "dev", database: "embedded", policy: ["bake": "100ms", "data": "test", "purpose": "to try"]),
        FixtureEnvironment(
            database: "embedded", policy: ["bake": "100ms", "data": "live", "instances": "{web: 2}"]),
    ]

    @Test func `data and keys stay where they belong, and a comparison says what differs`() async throws {
        try await SwitchyardFixture.use(environments) { switchyard in
            for version in ["1.0.0", "1.1.0"] { try await switchyard.add(ExampleRelease(version)) }
            try await expectKeysApart(switchyard)
            #expect(try await switchyard.cli(["setting", "set", "MOTD=hello", "-e", "dev"]).status == 0)
            try await switchyard.deploy("1.1.0", to: .init(unchecked: "dev"))
            try await switchyard.deploy("1.0.0")
            let web = try await switchyard.client.environment(.production).slots.flatMap(\.processes)
            #expect(web.count { $0.name.hasPrefix("web") } == 2, "\(web)")

            let listed = try await switchyard.cli(["environment", "list"])
            #expect(listed.output.contains(/dev +1\.1\.0 +test/) && listed.output.contains(/production +1\.0\.0 +live/))
            #expect(try await switchyard.cli(["environment", "show", "dev"]).output.contains("dev: to try"))
            #expect(try await switchyard.cli(["environment", "show", "nowhere"]).status == 9)
            let diff = try await switchyard.cli(["environment", "diff", "dev", "production"])
            #expect(diff.status == 2, "\(diff)")
            for line in [
                /release +version +1\.1\.0 +1\.0\.0/, /settings +MOTD +hello +-/, /policy +data +test +live/,
                /secrets +PAYMENT_KEY +- +version 1/,
            ] {
                #expect(diff.output.contains(line), "\(diff)")
            }
            #expect(!diff.output.contains("sk_live"))
            #expect(try await switchyard.cli(["environment", "diff", "dev", "dev"]).status == 0)

            // A copy of production in dev: its mark comes along.
            #expect(
                try await switchyard.cli(["environment", "mark", "live", "-e", "dev", "--reason", "a copy"]).status == 0
            )
            let refused = try await switchyard.cli(["deploy", "1.0.0", "-e", "dev"])
            #expect(refused.status != 0 && refused.error.contains("holds live data"), "\(refused)")
            let sanitised = try await switchyard.cli(
                ["environment", "mark", "sanitised", "-e", "dev", "--reason", "names are gone"])
            #expect(sanitised.output.contains("which was live by dev"), "\(sanitised)")
            #expect(try await switchyard.cli(["deploy", "1.0.0", "-e", "dev"]).status == 0)
            #expect(
                try await switchyard.cli(["environment", "mark", "some", "-e", "dev", "--reason", "x"]).status == 64)
        }
    }

    /// Live payment keys are refused outside production, and test keys inside it.
    private func expectKeysApart(_ switchyard: SwitchyardFixture) async throws {
        let key = String(repeating: "0a1B", count: 6)
        for (environment, value, isFit) in [
            ("dev", "sk_live_\(key)", false), ("dev", "rk_test_\(key)", true), ("production", "sk_test_\(key)", false),
            ("production", "sk_live_\(key)", true),
        ] {
            let file = "\(switchyard.folder)/key"
            try value.write(toFile: file, atomically: false, encoding: .utf8)
            let set = ["secret", "set", "PAYMENT_KEY", "-e", environment, "--file", file]
            let result = try await switchyard.cli(set)
            #expect((result.status == 0) == isFit, "\(environment) \(value.prefix(8)) \(result)")
            #expect(isFit || (result.error.contains("the other kind of key") && !result.error.contains(key)))
            let setting = try await switchyard.cli(["setting", "set", "PK=\(value)", "-e", environment])
            #expect((setting.status == 0) == isFit, "\(setting)")
            if isFit { #expect(try await switchyard.cli(["setting", "remove", "PK", "-e", environment]).status == 0) }
        }
        #expect(try await switchyard.cli(["secret", "remove", "PAYMENT_KEY", "-e", "dev"]).status == 0)
    }

    @Test func `a frozen environment is changed by nobody, and goes back all the same`() async throws {
        try await SwitchyardFixture.use([FixtureEnvironment(policy: ["bake": "100ms", "keep_releases": "1"])]) {
            switchyard in
            for version in ["1.0.0", "1.1.0", "1.2.0"] {
                try await switchyard.add(ExampleRelease(version))
                if version != "1.2.0" { try await switchyard.deploy(version) }
            }
            let until = Date().addingTimeInterval(86_400).formatted(.iso8601)
            let begin = ["freeze", "begin", "--reason", "Christmas", "--until"]
            #expect(try await switchyard.cli(begin + ["2020-01-01T00:00:00Z"]).status != 0)
            #expect(try await switchyard.cli(begin + ["tomorrow"]).status == 64)
            let begun = try await switchyard.cli(begin + [until, "--json"])
            let freeze = try WireFormat.decoder.decode(FreezeReport.self, from: Data(begun.output.utf8))
            let refused = try await switchyard.cli(["deploy", "1.2.0"])
            #expect(refused.status != 0 && refused.error.contains("is frozen until"), "\(refused)")
            #expect(try await switchyard.cli(["environment", "list"]).output.contains("(frozen)"))
            #expect(try await switchyard.cli(["rollback"]).status == 0)
            #expect(try await switchyard.servingVersions() == ["1.0.0"])
            #expect(try await switchyard.cli(["freeze", "lift", freeze.id.uuidString]).output.contains("lifted"))
            #expect(try await switchyard.cli(["freeze", "list"]).output == "Nothing is frozen.\n")
            #expect(try await switchyard.cli(["deploy", "1.2.0"]).status == 0)
        }
    }

    @Test func `a release that is in no slot any more comes back by a full deployment`() async throws {
        try await SwitchyardFixture.use([FixtureEnvironment(policy: ["bake": "100ms", "keep_releases": "1"])]) {
            switchyard in
            for version in ["1.0.0", "1.1.0", "1.2.0", "1.3.0"] {
                try await switchyard.add(ExampleRelease(version))
                if version != "1.3.0" { try await switchyard.deploy(version) }
            }
            let dry = try await switchyard.cli(["rollback", "--to", "1.0.0", "--dry-run"])
            #expect(dry.status == 0 && dry.output.contains("Deploying example 1.0.0"), "\(dry)")
            #expect(try await switchyard.servingVersions() == ["1.2.0"])
            let back = try await switchyard.cli(["rollback", "--to", "1.0.0", "--reason", "both later ones hurt"])
            #expect(back.status == 0, "\(back)")
            #expect(try await switchyard.servingVersions() == ["1.0.0"])
            // The one before is kept warm, so that is the short way.
            let short = try await switchyard.cli(["rollback", "--to", "1.2.0"])
            #expect(short.status == 0, "\(short)")
            #expect(try await switchyard.client.deployments(last: 1).first?.kind == .rollback)
            let never = try await switchyard.cli(["rollback", "--to", "1.3.0"])
            #expect(never.status != 0 && never.error.contains("never served"), "\(never)")
            #expect(try await switchyard.cli(["rollback", "--dry-run"]).status == 64)
        }
    }

    @Test func `the database's URL can be a secret, which the processes get as one`() async throws {
        try await PostgresFixture.withDatabase { address in
            let parameters = address.parameters
            let url = try await PostgresFixture.shared.cluster().cluster.url(
                role: #require(parameters["user"]), password: #require(parameters["password"]),
                database: #require(parameters["dbname"]))
            try await SwitchyardFixture.use([FixtureEnvironment(database: "secret")]) { switchyard in
                try await switchyard.add(ExampleRelease("1.0.0"))
                let missing = try await switchyard.cli(["deploy", "1.0.0"])
                #expect(missing.status != 0 && missing.error.contains("secret set DATABASE_URL"), "\(missing)")
                let file = "\(switchyard.folder)/url"
                try url.write(toFile: file, atomically: false, encoding: .utf8)
                #expect(try await switchyard.cli(["secret", "set", "DATABASE_URL", "--file", file]).status == 0)
                let deployed = try await switchyard.cli(["deploy", "1.0.0"])
                #expect(deployed.status == 0, "\(deployed)")
                #expect(try await switchyard.cli(["run", "--", "printenv", "DATABASE_URL"]).output == "\(url)\n")
                #expect(try await switchyard.cli(["environment", "list"]).output.contains("secret"))
            }
        }
    }
}
