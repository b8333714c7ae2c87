import API
import Domain
import Foundation
import Postgres
import Runtimes
import TestSupport
import Testing

/// The release that serves, and what the next one does to the database under it.
@Suite(.serialized, .timeLimit(.minutes(5)))
struct MigratedReleaseTests {
    // MARK: A release that does not stand the next schema

    private static let table = [
        "20250101000000_loads/expand.sql":
            "CREATE TABLE loads (id int PRIMARY KEY, weight int); INSERT INTO loads VALUES (1, 7);"
    ]

    private static var canIsolate: Bool { get async { await NetworkIsolation.obstacle() == nil } }

    @Test(.enabled("cutting a process off takes unshare") { await canIsolate })
    func `a migration that the serving release breaks on is refused, and on the clone it is alone`() async throws {
        let environment = FixtureEnvironment(
            database: "embedded", settings: ["PAYMENT_KEY": "live", "MAIL_SERVER": "mail.example.com"],
            policy: ["rehearsal_settings": "{PAYMENT_KEY: test}"])
        try await SwitchyardFixture.use([environment]) { switchyard in
            let sightings = try Sightings(below: switchyard.folder)
            // No statement of it breaks: it does not know what to make of another column.
            let question = "SELECT count(*) FROM information_schema.columns WHERE table_name = 'loads'"
            try await LoadsRelease(
                version: "1.0.0", question: question, answer: "2", migrations: Self.table, sightings: sightings
            ).add(to: switchyard)
            #expect(try await switchyard.deploy("1.0.0").deployment.outcome == .committed)
            let before = try await Self.schema(of: switchyard)
            var migrations = Self.table
            migrations["20250201000000_cargo/expand.sql"] = "ALTER TABLE loads ADD COLUMN cargo text;"
            try await LoadsRelease(version: "1.1.0", question: question, answer: "3", migrations: migrations)
                .add(to: switchyard)

            let refused = try await switchyard.cli(["deploy", "1.1.0", "--json"])
            #expect(refused.status == 3, "\(refused.error)")
            let report = try WireFormat.decoder.decode(DeploymentReport.self, from: Data(refused.output.utf8))
            #expect(report.journal.contains { $0.boundary == "failed:rehearse" }, "\(report.journal)")
            #expect(!report.journal.contains { $0.boundary == "intent:expand" })
            let reason = report.deployment.reason ?? ""
            #expect(
                reason.contains("example 1.0.0 on the migrated clone: key feature 'loads' (/loads) answered 500"),
                "\(reason)")
            #expect(try await Self.schema(of: switchyard) == before)
            #expect(try await switchyard.servingVersions() == ["1.0.0"])
            #expect(try await switchyard.ask("/loads").body == "2")
            try expectAlone(sightings)
        }
    }

    /// The release reached the listener from its slot and not from the clone, where it had other settings.
    private func expectAlone(_ sightings: Sightings) throws {
        let all = try sightings.all()
        let rehearsed = all.filter { $0.settings["PAYMENT_KEY"] == "test" }
        let live = all.filter { $0.settings["PAYMENT_KEY"] == "live" }
        #expect(rehearsed.count + live.count == all.count)
        #expect(Set(rehearsed.map(\.answer)) == ["2", "3"], "on the clone as it was, and migrated")
        #expect(rehearsed.allSatisfy { !$0.reached })
        #expect(rehearsed.allSatisfy { $0.settings["MAIL_SERVER"] == .some(nil) })
        #expect(Set(live.map(\.answer)) == ["2"])
        #expect(live.contains { $0.reached }, "the listener can be reached")
        #expect(live.allSatisfy { $0.settings == ["PAYMENT_KEY": "live", "MAIL_SERVER": "mail.example.com"] })
        #expect(Set(sightings.listener.arrivals()) == ["live"], "nothing came from the clone")
    }

    // MARK: Contractions

    private static let kilograms = table.merging([
        "20250201000000_kilograms/expand.sql":
            "ALTER TABLE loads ADD COLUMN kilograms int; UPDATE loads SET kilograms = weight;",
        "20250201000000_kilograms/contract.sql": "ALTER TABLE loads DROP COLUMN weight;",
    ]) { $1 }

    @Test func `a column goes when no release uses it any more, after a backup, and with it the way to older ones`()
        async throws
    {
        // A contraction is rehearsed also where deployments are not.
        let environment = FixtureEnvironment(
            database: "embedded", policy: ["contract_after": "3s", "keep_releases": "1", "rehearsal": "off"])
        try await SwitchyardFixture.use([environment]) { switchyard in
            let questions = [
                "1.0.0": "SELECT weight FROM loads", "1.1.0": "SELECT max(weight) FROM loads",
                "1.2.0": "SELECT kilograms FROM loads", "1.3.0": "SELECT max(kilograms) FROM loads",
            ]
            for (version, question) in questions {
                try await LoadsRelease(version: version, question: question, answer: "7", migrations: Self.kilograms)
                    .add(to: switchyard)
            }
            for version in ["1.0.0", "1.1.0"] { try await Self.deploy(version, in: switchyard) }
            let refused = try await contract(switchyard)
            #expect(refused.status == 3)
            #expect(refused.output.contains(/example 1\.[01]\.0, which (serves|is kept)/), "\(refused.output)")
            let evidence = try String(
                contentsOfFile: "\(switchyard.state)/evidence/production/3/rehearsal.json", encoding: .utf8)
            #expect(evidence.contains(/example 1\.0\.0, which is kept, .*: SELECT weight FROM loads/), "\(evidence)")
            #expect(
                evidence.contains(/example 1\.1\.0, which serves, .*: SELECT max\(weight\) FROM loads/), "\(evidence)")
            #expect(try await Self.schema(of: switchyard).contains("weight"))
            for version in ["1.2.0", "1.3.0"] { try await Self.deploy(version, in: switchyard) }
            try await eventually(within: .seconds(60), "a contraction that is not refused") {
                let result = try await contract(switchyard)
                // Nobody may have used it for three seconds, and that long it must have been watched.
                if result.status == 3 {
                    // Or a release that it was to be tried beside was retired just then.
                    #expect(result.output.contains(/seen .* ago|'contract_after'|no completely unpacked release/))
                }
                return result.status == 0
            }
            let schema = try await Self.schema(of: switchyard)
            #expect(schema.contains("kilograms") && !schema.contains("weight"), "\(schema)")
            let newest = try #require(try await switchyard.newestDeployment())
            #expect(
                newest.kind == .contract && newest.outcome == .committed && newest.release.version.rawValue == "1.3.0")
            let below = try await switchyard.cli(["deploy", "1.0.0"])
            #expect(below.status != 0)
            #expect((below.output + below.error).contains("1.0.0 is below the rollback floor 1.3.0"), "\(below)")
            #expect(try await switchyard.servingVersions() == ["1.3.0"])
        }
    }

    private static func deploy(_ version: String, in switchyard: SwitchyardFixture) async throws {
        let ended = try await switchyard.deploy(version)
        #expect(ended.deployment.outcome == .committed, "\(ended.deployment)")
    }

    /// Asks for a contraction, which takes one backup whatever becomes of it.
    private func contract(_ switchyard: SwitchyardFixture) async throws -> CommandResult {
        let backups = switchyard.backupFolder()
        let result = try await switchyard.cli(["contract"])
        #expect(switchyard.backupFolder().count == backups.count + 1, "\(result)")
        return result
    }

    // MARK: The live database

    /// Its columns with their rows, and what its record of migrations holds.
    private static func schema(of switchyard: SwitchyardFixture) async throws -> [String] {
        try await PostgresConnection.using(switchyard.database(), applicationName: "test") { connection in
            let rows = try await connection.query(
                """
                SELECT column_name::text AS line FROM information_schema.columns WHERE table_name = 'loads'
                UNION ALL SELECT l::text FROM loads l
                UNION ALL SELECT name || ' ' || phase FROM switchyard.migrations ORDER BY 1
                """)
            return try rows.map { try $0.decode("line", as: String.self) }
        }
    }
}
