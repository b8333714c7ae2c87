import Foundation
import Migrations
import TestSupport
import Testing

/// What other tools left is read as it lies.
struct FlatMigrationTests {
    @Test
    func `the layouts of Diesel, golang-migrate and dbmate are read beside our own, in the order of their numbers`()
        async throws
    {
        let migrations = try await migrations([
            "00000000000000_diesel_initial_setup/up.sql": "CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1'",
            "00000000000000_diesel_initial_setup/down.sql": "DROP FUNCTION f()",
            "2026-06-17-155847-0000_add_checksum/up.sql": "ALTER TABLE versions ADD COLUMN checksum text",
            "2026-06-17-155847-0000_add_checksum/metadata.toml": "run_in_transaction = true",
            "9_ninth.up.sql": "ALTER TABLE a DROP COLUMN b", "9_ninth.down.sql": "ALTER TABLE a ADD COLUMN b int",
            "10_tenth.up.sql": "CREATE TABLE c (id int)",
            "20260101000000_notes.sql": "-- migrate:up\nCREATE TABLE n (id int);\n\n-- migrate:down\nDROP TABLE n;\n",
            "20261101000000_own/expand.sql": "SELECT 1", ".keep": "", "README.md": "How to.",
            "2027-01-01-000000_Add email notifications/up.sql": "SELECT 1",
        ])
        #expect(
            migrations.map {
                "\($0.layout) \($0.name.version) \($0.steps.map(\.phase.rawValue).joined(separator: ","))"
            }
                == [
                    "diesel 0 expand,revert", "golangMigrate 9 contract,revert", "golangMigrate 10 expand",
                    "dbmate 20260101000000 expand,revert", "phases 20261101000000 expand",
                    "diesel 20270101000000 expand", "diesel 202606171558470000 expand",
                ])
    }

    @Test func `a transaction around everything means the same as none`() async throws {
        let migrations = try await migrations([
            "1_wrapped.up.sql": "BEGIN;\nCREATE TABLE c (id int);\nCREATE TABLE d (id int);\nCOMMIT;",
            "2_half.up.sql": "CREATE TABLE e (id int); COMMIT;",
        ])
        let statements = try migrations.map { try #require($0.expand).statements(by: PgQueryParser()).map(\.text) }
        #expect(
            statements == [
                ["CREATE TABLE c (id int)", "CREATE TABLE d (id int)"], ["CREATE TABLE e (id int)", "COMMIT"],
            ])
    }

    @Test(arguments: ["\n", "\r\n"])
    func `places in a file with two directions are those of the file`(lineEnd: String) async throws {
        let lines = ["-- migrate:up transaction:false", "SELECT 1;", "", "-- migrate:down", "SELECT 2; selekt;", ""]
        let text = lines.joined(separator: lineEnd)
        let migration = try #require(await migrations(["20260101000000_notes.sql": text]).first)
        let up = try #require(migration.expand).statements(by: PgQueryParser())
        #expect(up.map(\.text) == ["SELECT 1"])
        #expect(up[0].position == SQLPosition(file: "20260101000000_notes.sql", line: 2, column: 1))
        let error = #expect(throws: SQLSyntaxError.self) {
            try migration.revert?.statements(by: PgQueryParser())
        }
        #expect(error?.position == SQLPosition(file: "20260101000000_notes.sql", line: 5, column: 11))
    }

    @Test(arguments: [
        ["9_ninth.down.sql": "SELECT 1"], ["20260101000000_a/down.sql": "SELECT 1"],
        ["notes.sql": "SELECT 1"], ["20260101000000_plain.sql": "SELECT 1"],
        ["20260101000000_a/up.sql": "SELECT 1", "20260101000000_a/expand.sql": "SELECT 1"],
        ["9_a.up.sql": "SELECT 1", "009_b.up.sql": "SELECT 1"],
    ])
    func `halves, strangers and two of one number are refused`(files: [String: String]) async throws {
        await #expect(throws: MigrationError.self) { try await migrations(files) }
    }

    private func migrations(_ files: [String: String]) async throws -> [Migration] {
        try await withTemporaryFolder { folder in
            for (path, text) in files { try write(text, to: path, in: folder) }
            return try MigrationFolder.read(folder)
        }
    }
}
