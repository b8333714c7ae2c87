import Foundation
import Migrations
import Postgres
import Subprocess
import SystemPackage
import TestSupport
import Testing

/// `switchyard migration apply`, `status`, `history`, `revert` and `baseline`, as the program that ships.
@Suite(.serialized, .timeLimit(.minutes(3)))
struct ExecutionCommandTests {
    @Test func `a migration is applied, shown and reverted without a control plane`() async throws {
        try await PostgresFixture.withDatabase { address in
            try await withTemporaryFolder { folder in
                try write("CREATE TABLE loads (id int)", to: "20261101000000_loads/expand.sql", in: folder)
                try write("DROP TABLE loads", to: "20261101000000_loads/revert.sql", in: folder)

                let pending = try await migration(["status", folder], at: address)
                #expect(pending.status == .exited(0) && pending.output.contains("pending"))
                let applied = try await migration(["apply", folder, "--author", "Ada", "--json"], at: address)
                #expect(applied.status == .exited(0) && applied.output.contains(#""20261101000000_loads""#))
                let again = try await migration(["apply", folder], at: address)
                #expect(again.output.contains("Nothing is pending"))
                let status = try await migration(["status", folder, "--json"], at: address)
                #expect(status.output.contains(#""state" : "applied""#) && status.output.contains("Ada"))
                let reverted = try await migration(["revert", folder], at: address)
                #expect(reverted.output == "Reverted 20261101000000_loads.\n")
                let baseline = try await migration(["baseline", folder], at: address)
                #expect(baseline.output == "Recorded as applied: 20261101000000_loads.\n")
                let history = try await migration(["history"], at: address)
                for word in ["applied", "reverted", "baselined", "Ada"] { #expect(history.output.contains(word)) }
            }
        }
    }

    @Test func `what cannot be used ends with 2, and what the database refuses with 1`() async throws {
        try await PostgresFixture.withDatabase { address in
            try await withTemporaryFolder { folder in
                try write("selekt 1", to: "20261101000000_loads/expand.sql", in: folder)
                let unparsable = try await migration(["apply", folder], at: address)
                #expect(unparsable.status == .exited(2) && unparsable.error.contains("expand.sql:1:1"))
                let coded = try await migration(["apply", folder, "--json"], at: address)
                let refusal = try JSONDecoder().decode([String: String].self, from: Data(coded.error.utf8))
                #expect(coded.status == .exited(2) && refusal["code"] == "unusable_input", "\(refusal)")
                try write("ALTER TABLE nowhere ADD x int", to: "20261101000000_loads/expand.sql", in: folder)
                let refused = try await migration(["apply", folder], at: address)
                #expect(refused.status == .exited(1) && refused.error.contains("42P01"))
                try write("CREATE TABLE a (id int)", to: "20261101000000_loads/expand.sql", in: folder)
                let mended = try await migration(["apply", folder], at: address)
                #expect(mended.status == .exited(0))
                try write("CREATE TABLE a (id bigint)", to: "20261101000000_loads/expand.sql", in: folder)
                let edited = try await migration(["apply", folder], at: address)
                #expect(edited.status == .exited(2) && edited.error.contains("+CREATE TABLE a (id bigint)"))
                let drifted = try await migration(["status", folder], at: address)
                #expect(drifted.status == .exited(1) && drifted.output.contains("edited"))
                let wrong = try await migration(["apply", folder, "--phase", "revert"], at: address)
                #expect(wrong.status == .exited(64))
            }
        }
    }

    @Test(arguments: ["apply", "status", "revert", "baseline", "check"])
    func `a folder that is none, is a file or holds nothing is named in one sentence`(command: String) async throws {
        try await PostgresFixture.withDatabase { address in
            try await withTemporaryFolder { folder in
                try write("SELECT 1", to: "file", in: folder)
                try FileManager.default.createDirectory(atPath: "\(folder)/empty", withIntermediateDirectories: false)
                for (name, words) in [
                    ("nowhere", "does not exist"), ("file", "is a file"), ("empty", "holds no migrations"),
                ] {
                    let outcome = try await migration([command, "\(folder)/\(name)"], at: address)
                    #expect(outcome.status == .exited(2), "\(name)")
                    let said = command == "check" ? outcome.output : outcome.error
                    #expect(said.contains("\(folder)/\(name) \(words)"), "\(said)")
                }
            }
        }
    }

    @Test(arguments: [
        (["--add-column", "drivers"], Int32(2), "write --add-column TABLE.COLUMN:TYPE"),
        (["--rename", "drivers.licence:number"], 2, "add --type TYPE"), (["Add Notes"], 2, "lower-case"),
        (["--add-column", "a.b:no type"], 2, "would be no SQL"), (["notes", "--dir", "/proc/none"], 1, "/proc/none"),
        ([], 64, "Name the migration"),
    ])
    func `what cannot be drafted ends with 2 and says what to write`(
        arguments: [String], status: Int32, words: String
    ) async throws {
        try await withTemporaryFolder { folder in
            let place = arguments.contains("--dir") ? [] : ["--dir", "\(folder)/migrations"]
            let outcome = try await migration(["new"] + arguments + place, environment: [:])
            #expect(outcome.status == .exited(status) && outcome.error.contains(words), "\(outcome.error)")
        }
    }

    @Test func `a database that does not let one in is named in one sentence without its password`() async throws {
        try await PostgresFixture.withDatabase { address in
            let deaf = try PostgresAddress(url: "postgres://me:secret@127.0.0.1:1/app")
            for (address, words) in [(deaf, "Connection refused"), (address.database("nowhere"), "does not exist")] {
                let outcome = try await migration(["history"], at: address)
                #expect(outcome.status == .exited(1) && outcome.error.contains(words), "\(outcome.error)")
                #expect(!outcome.error.contains("secret") && outcome.error.filter(\.isNewline).count == 1)
                #expect(!outcome.error.contains("\t"))
            }
            let unnamed = try await migration(
                ["history", "--database", "mysql://me:secret@host/app"], environment: [:])
            #expect(unnamed.status == .exited(2) && !unnamed.error.contains("secret"), "\(unnamed.error)")
        }
    }

    @Test func `a role that may not keep the history changes nothing and is told what it lacks`() async throws {
        try await PostgresFixture.withDatabase { address in
            try await withTemporaryFolder { folder in
                try write("CREATE TABLE loads (id int)", to: "20261101000000_loads/expand.sql", in: folder)
                let role = "weak_\(UUID().uuidString.prefix(8).lowercased())"
                _ = try await PostgresConnection.using(address, applicationName: "test") { connection in
                    try await connection.execute("CREATE ROLE \(identifier: role) LOGIN PASSWORD 'weak'")
                }
                let login = ["user": role, "password": "weak", "host": "127.0.0.1"]
                let weak = PostgresAddress(parameters: address.parameters.merging(login) { $1 })
                let outcome = try await migration(["apply", folder], at: weak)
                #expect(outcome.status == .exited(2) && outcome.error.contains("CREATE on the database"), "\(outcome)")
                try await PostgresConnection.using(address, applicationName: "test") { connection in
                    #expect(try await connection.value("SELECT to_regnamespace('switchyard') IS NULL AS value"))
                    try await connection.execute("DROP ROLE \(identifier: role)")
                }
            }
        }
    }

    private func migration(
        _ arguments: [String], at address: PostgresAddress
    ) async throws -> (status: TerminationStatus, output: String, error: String) {
        try await migration(arguments, environment: ["DATABASE_URL": address.url])
    }

    private func migration(
        _ arguments: [String], environment: [Environment.Key: String?]
    ) async throws -> (status: TerminationStatus, output: String, error: String) {
        let result = try await run(
            .path(FilePath(SwitchyardFixture.program)), arguments: Arguments(["migration"] + arguments),
            environment: .inherit.updating(environment), output: .string(limit: 1_048_576),
            error: .string(limit: 1_048_576))
        return (result.terminationStatus, result.standardOutput, result.standardError)
    }

    private func write(_ text: String, to path: String, in folder: String) throws {
        let file = URL(filePath: "\(folder)/\(path)")
        try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(text.utf8).write(to: file)
    }
}
