import API
import Domain
import Foundation
import Glibc
import Postgres
import Subprocess
import TestSupport
import Testing

/// The runbooks, each followed from its first to its last command, after the test has brought the trouble about.
@Suite(.serialized, .timeLimit(.minutes(5)))
struct RunbookTests {
    private static let embedded = FixtureEnvironment(database: "embedded", policy: ["recovery": "2s"])

    @Test func `deploy and roll back`() async throws {
        try await SwitchyardFixture.use([Self.embedded], application: "notes") { switchyard in
            try await deployNotes(in: switchyard)
            try ExampleApplication.all[0].addAuthors(to: "\(switchyard.folder)/notes")
            var deploy = try Runbook("deploy")
            for title in ["Look first", "Deploy", "It is over when"] { try await deploy.follow(title, in: switchyard) }
            deploy.expectEnd()
            #expect(try await switchyard.servingVersions() == ["1.1.0"])

            var rollBack = try Runbook("roll-back")
            for title in ["Go back", "It is over when", "Once more"] {
                try await rollBack.follow(title, in: switchyard)
            }
            rollBack.expectEnd()
            #expect(try await switchyard.servingVersions() == ["1.0.0"])
        }
    }

    @Test func `the database is down`() async throws {
        try await SwitchyardFixture.use([Self.embedded], application: "notes") { switchyard in
            try await deployNotes(in: switchyard)
            try ExampleApplication.all[0].addAuthors(to: "\(switchyard.folder)/notes")
            try await switchyard.add(folder: "\(switchyard.folder)/notes")
            try await switchyard.deploy("1.1.0")
            try await switchyard.stopDatabase()
            var runbook = try Runbook("database-down")
            for title in ["Look first", "If it began with a deployment"] {
                try await runbook.follow(title, in: switchyard)
            }
            try switchyard.letDatabaseStart()
            for title in ["Start it", "It is over when"] { try await runbook.follow(title, in: switchyard) }
            runbook.expectEnd()
            #expect(try await switchyard.ask("/health/database").status == 200)
        }
    }

    @Test(.enabled(if: getuid() == 0, "only root mounts file systems"))
    func `the disk is full`() async throws {
        try await SmallDisk.use { switchyard, disk in
            for version in ["0.9.0", "1.0.0", "1.1.0", "1.2.0"] { try await switchyard.add(ExampleRelease(version)) }
            for version in ["1.0.0", "1.1.0"] { try await switchyard.deploy(version) }
            try disk.fill()
            var runbook = try Runbook("disk-full")
            for title in ["Look first", "If users are hurt", "Make room", "It is over when"] {
                try await runbook.follow(title, in: switchyard)
            }
            runbook.expectEnd()
            #expect(try await switchyard.servingVersions() == ["1.0.0"])
            #expect(try await switchyard.deploy("1.2.0").deployment.outcome == .committed)
        }
    }

    @Test func `the machine is lost`() async throws {
        try await SwitchyardFixture.use([Self.embedded], application: "notes") { switchyard in
            try await deployNotes(in: switchyard)
            try FileManager.default.createDirectory(
                atPath: "\(switchyard.state)/shared/production/uploads", withIntermediateDirectories: true)
            try "a file".write(
                toFile: "\(switchyard.state)/shared/production/uploads/one", atomically: false, encoding: .utf8)
            let settings = [
                "AWAY": "\(switchyard.folder)/away", "CONFIGURATION": switchyard.configuration,
            ]
            var runbook = try Runbook("lost-machine")
            try await runbook.follow("Beforehand, every night", in: switchyard, settings: settings)
            try await switchyard.losePower()
            for lost in [switchyard.state, switchyard.configuration, "\(switchyard.folder)/notes"] {
                try FileManager.default.removeItem(atPath: lost)
            }
            for title in ["Bring the files back", "Bring the database back", "Deploy", "It is over when"] {
                try await runbook.follow(title, in: switchyard, settings: settings)
            }
            runbook.expectEnd()
            #expect(try switchyard.sharedText("uploads/one") == "a file")
        }
    }

    @Test func `the first hour with an existing database`() async throws {
        try await PostgresFixture.withDatabase { address in
            try await PostgresConnection.using(address, applicationName: "test") { connection in
                try await connection.executeScript(
                    """
                    CREATE TABLE note (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, text text NOT NULL);
                    INSERT INTO note (text) VALUES ('kept for years');
                    """)
            }
            let parameters = address.parameters
            let database = try #require(parameters["dbname"])
            let url = try await PostgresFixture.shared.cluster().cluster.url(
                role: #require(parameters["user"]), password: #require(parameters["password"]), database: database)
            let environment = FixtureEnvironment(database: "{url: \"\(url)\"}")
            try await SwitchyardFixture.use([environment], application: "notes") { switchyard in
                try writeNotes(in: switchyard)
                var runbook = try Runbook("existing-database")
                for title in ["Look first", "Take a copy", "Say what is there already", "Deploy", "It is over when"] {
                    try await runbook.follow(title, in: switchyard, settings: ["DATABASE_URL": url])
                }
                runbook.expectEnd()
                #expect(try await switchyard.ask().body.contains("kept for years"))
            }
        }
    }

    @Test func `a secret leaked`() async throws {
        try await SwitchyardFixture.use([FixtureEnvironment(policy: ["bake": "100ms"])]) { switchyard in
            for (file, value) in [("old-value", "leaked-value-1"), ("new-value", "another-value-2")] {
                try value.write(toFile: "\(switchyard.folder)/\(file)", atomically: false, encoding: .utf8)
            }
            let old = try await switchyard.cli(["secret", "set", "API_KEY", "--file", "\(switchyard.folder)/old-value"])
            try #require(old.status == 0, "\(old.error)")
            try await switchyard.add(ExampleRelease("1.0.0"))
            try await switchyard.deploy("1.0.0")
            var runbook = try Runbook("leaked-secret")
            for title in [
                "Look first", "Replace it", "It is over when", "If somebody may have read the keys", "Who had it",
            ] {
                try await runbook.follow(title, in: switchyard)
            }
            runbook.expectEnd()
            let command = try await switchyard.cli(["run", "--", "printenv", "API_KEY"])
            #expect(command.output == "another-value-2\n", "\(command.error)")
        }
    }

    @Test func `every runbook is followed by a test`() throws {
        let files = try FileManager.default.contentsOfDirectory(atPath: Runbook.folder).sorted()
        let followed = [
            "README.md", "database-down.md", "deploy.md", "disk-full.md", "existing-database.md", "leaked-secret.md",
            "lost-machine.md",
            "roll-back.md",
        ]
        #expect(files == followed)
    }

    private func writeNotes(in switchyard: SwitchyardFixture) throws {
        try ExampleApplication.all[0].write(to: "\(switchyard.folder)/notes")
    }

    /// Deploys notes 1.0.0, with a note in its database.
    private func deployNotes(in switchyard: SwitchyardFixture) async throws {
        try writeNotes(in: switchyard)
        let source = "\(switchyard.folder)/notes"
        let drafted = try await switchyard.cli(["init", "--yes", source])
        try #require(drafted.status == 0, "\(drafted.error)")
        try await switchyard.add(folder: source)
        try #require(try await switchyard.deploy("1.0.0").deployment.outcome == .committed)
        let database = try await switchyard.database(application: "notes")
        _ = try await PostgresConnection.using(database, applicationName: "test") { connection in
            try await connection.execute("INSERT INTO note (text) VALUES ('first')")
        }
    }
}

extension SwitchyardFixture {
    /// Stops the embedded PostgreSQL and keeps the control plane from starting it again: a folder stands where its port is kept.
    fileprivate func stopDatabase() async throws {
        let service = "\(state)/supervisor/services/postgres"
        try FileManager.default.moveItem(atPath: databasePort, toPath: "\(databasePort).away")
        try FileManager.default.createDirectory(atPath: databasePort, withIntermediateDirectories: false)
        try await eventually(within: .seconds(30), "the end of PostgreSQL") {
            // Again, because the control plane may have been about to start it just then.
            for command in ["down", "interrupt"] { try await Self.sv(command, service) }
            return try await Self.sv("status", service).hasPrefix("down: ")
        }
        try await eventually(within: .seconds(30), "the status that tells of it") {
            try await client.status().problems.contains { $0.hasPrefix("database: ") }
        }
    }

    fileprivate func letDatabaseStart() throws {
        try FileManager.default.removeItem(atPath: databasePort)
        try FileManager.default.moveItem(atPath: "\(databasePort).away", toPath: databasePort)
    }

    private var databasePort: String { "\(state)/postgres/port" }

    @discardableResult
    private static func sv(_ command: String, _ service: String) async throws -> String {
        try await run(
            .name("sv"), arguments: [command, service], output: .string(limit: 4_096), error: .discarded
        ).standardOutput
    }
}
