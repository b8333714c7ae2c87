import Foundation
import Migrations
import TestSupport
import Testing

/// What the check says of a folder.
struct MigrationCheckTests {
    @Test func `a migration that only adds is clean`() async throws {
        let report = try await report(on: [
            "20261101000000_a/expand.sql": "ALTER TABLE loads ADD COLUMN note text;",
            "20261101000000_a/revert.sql": "ALTER TABLE loads DROP COLUMN note;",
            "20261101000000_a/contract.sql": "ALTER TABLE loads DROP COLUMN remark;",
        ])
        #expect(report.outcome == .clean)
        #expect(report.findings == [])
        #expect(report.migrations.map(\.phases) == [[.expand, .contract, .revert]])
    }

    @Test(arguments: [
        ("SELECT 1;\nCREATE TABLE x (id int,);", "syntax-error", 2, 24, "syntax error at or near \")\""),
        ("SELECT 1;\n  \\set x 1\n", "meta-command", 2, 3, "'\\set'"),
        ("SELECT 1;\r\n\r\n\\d x\r\n", "meta-command", 3, 1, "'\\d'"),
        ("\\i other.sql", "meta-command", 1, 1, "psql"),
        ("CREATE TABLE x (id int);\nCOPY x FROM STDIN;\n1\n\\.\n", "copy-with-client", 2, 1, "COPY"),
        ("COPY x FROM STDIN", "copy-with-client", 1, 1, "COPY"),
        ("SELECT 1;\n BEGIN;", "transaction-control", 2, 2, "BEGIN"),
        ("COMMIT", "transaction-control", 1, 1, "COMMIT"),
        ("ROLLBACK TO SAVEPOINT a", "transaction-control", 1, 1, "ROLLBACK TO"),
        ("CREATE DATABASE other", "server-wide", 1, 1, "database"),
    ])
    func `what cannot be run is named with its place`(
        sql: String, rule: String, line: Int, column: Int, fact: String
    ) async throws {
        let report = try await report(onExpand: sql)
        let finding = try #require(report.findings.first)
        #expect(report.outcome == .unusable)
        #expect(finding.rule.id == rule)
        #expect(finding.file == "20261101000000_a/expand.sql")
        #expect([finding.line, finding.column] == [line, column])
        #expect(finding.message.contains(fact))
    }

    @Test(arguments: [
        "DROP TABLE loads", "ALTER TABLE loads DROP COLUMN note", "DROP VIEW v", "DROP TYPE state",
        "ALTER TABLE loads RENAME TO cargo", "ALTER TABLE loads RENAME note TO remark", "ALTER VIEW v RENAME TO w",
        "ALTER TYPE state RENAME VALUE 'open' TO 'new'", "ALTER TABLE loads SET SCHEMA archive", "TRUNCATE loads",
        "REVOKE SELECT ON loads FROM reader", "ALTER TABLE loads ALTER note DROP DEFAULT", "DROP SCHEMA s CASCADE",
        "DROP FUNCTION f(int)", "DROP TRIGGER t ON loads",
    ])
    func `what takes away is refused in an expand step and welcome in a contract step`(sql: String) async throws {
        let expand = try await report(onExpand: sql)
        #expect(expand.outcome == .dangerous)
        #expect(expand.findings.map(\.rule.id) == ["contract-in-expand"])
        let contract = try await report(on: ["20261101000000_a/contract.sql": sql])
        #expect(contract.outcome == .clean)
    }

    @Test(arguments: [
        ("ALTER TABLE loads ADD COLUMN state text NOT NULL", "required-column"),
        ("ALTER TABLE loads ALTER note SET NOT NULL", "set-not-null"),
        ("ALTER TABLE loads ALTER id TYPE bigint", "type-change"),
        ("ALTER TABLE loads ALTER id TYPE uuid USING gen_random_uuid()", "type-change"),
    ])
    func `what the running release cannot live with is refused, with what to write instead`(
        sql: String, rule: String
    ) async throws {
        let finding = try await #require(report(onExpand: sql).findings.first)
        #expect(finding.rule.id == rule)
        #expect(finding.severity == .dangerous)
        #expect(finding.instead != nil)
    }

    @Test(arguments: [
        "CREATE TABLE cargo (id int); ALTER TABLE cargo ADD COLUMN a int NOT NULL; ALTER TABLE cargo DROP COLUMN id",
        "DROP VIEW v; CREATE VIEW v AS SELECT 1 AS id, 2 AS more",
        "DROP TRIGGER t ON loads; CREATE TRIGGER t BEFORE INSERT ON loads FOR EACH ROW EXECUTE FUNCTION f()",
        "ALTER TABLE loads ADD COLUMN a int NOT NULL DEFAULT 0", "ALTER TABLE loads ADD COLUMN a bigserial",
        "ALTER TABLE loads ADD COLUMN a int GENERATED ALWAYS AS IDENTITY NOT NULL",
        "ALTER TABLE loads ALTER note DROP NOT NULL", "ALTER TABLE loads ALTER note TYPE varchar(200)",
        "ALTER TABLE loads DROP CONSTRAINT loads_check", "DROP INDEX CONCURRENTLY i", "ALTER INDEX i RENAME TO j",
        """
        ALTER TABLE loads ADD CONSTRAINT n CHECK (note IS NOT NULL) NOT VALID;
        ALTER TABLE loads VALIDATE CONSTRAINT n; ALTER TABLE loads ALTER note SET NOT NULL
        """,
    ])
    func `what only looks like taking away is left to the rehearsal`(sql: String) async throws {
        let findings = try await report(onExpand: sql).findings
        #expect(findings == [])
    }

    @Test func `a check validated by an earlier migration allows SET NOT NULL, one of another column does not`()
        async throws
    {
        let earlier = "ALTER TABLE loads ADD CONSTRAINT n CHECK (note IS NOT NULL) NOT VALID"
        for (column, rules) in [("note", [String]()), ("state", ["set-not-null"])] {
            let report = try await report(on: [
                "20261101000000_a/expand.sql": earlier, "20261101000000_a/revert.sql": "SELECT 1",
                "20261102000000_b/expand.sql": "ALTER TABLE loads VALIDATE CONSTRAINT n",
                "20261102000000_b/revert.sql": "SELECT 1",
                "20261103000000_c/expand.sql": "ALTER TABLE loads ALTER \(column) SET NOT NULL",
                "20261103000000_c/revert.sql": "SELECT 1",
            ])
            #expect(report.findings.map(\.rule.id) == rules)
        }
    }

    @Test func `a contract step that makes what new code needs is refused`() async throws {
        let report = try await report(on: [
            "20261101000000_a/contract.sql": """
            CREATE TABLE x (id int); ALTER TABLE loads ADD COLUMN b int; DROP TABLE y; CREATE TABLE y (id int)
            """
        ])
        #expect(report.findings.map(\.rule.id) == ["expand-in-contract", "expand-in-contract"])
    }

    @Test(arguments: [
        ("UPDATE loads SET a = b WHERE id BETWEEN $1 AND $2", "key"),
        ("-- key: id\nUPDATE loads SET a = b", "BETWEEN $1 AND $2"),
        ("-- key: id\n-- batch: many\nUPDATE loads SET a = b WHERE id BETWEEN $1 AND $2", "many"),
        ("-- key: id\nUPDATE loads SET a = b WHERE id BETWEEN $1 AND $2; SELECT 1", "one statement"),
        ("-- key: id\nSELECT 1 WHERE 1 BETWEEN $1 AND $2", "INSERT, UPDATE or DELETE"),
        ("-- key: id\nINSERT INTO a SELECT * FROM b WHERE id BETWEEN $1 AND $2", "table"),
        ("-- key: 1 + 1\nUPDATE loads SET a = b WHERE id BETWEEN $1 AND $2", "1 + 1"),
    ])
    func `a backfill that cannot be run in batches is refused`(sql: String, fact: String) async throws {
        let finding = try await #require(report(on: ["20261101000000_a/backfill.sql": sql]).findings.first)
        #expect(finding.rule.id == "backfill-form")
        #expect(finding.message.contains(fact))
    }

    @Test func `everything that is wrong with a folder is said at once`() async throws {
        try await withTemporaryFolder { folder in
            try write("SELECT 1", to: "20261101000000_a/expand.sql", in: folder)
            try write("SELECT 1", to: "20261101000000_b/expand.sql", in: folder)
            try write("SELECT 1", to: "notes.SQL", in: folder)
            try write("hello", to: "README.md", in: folder)
            try Data([0x53, 0xFF]).write(to: URL(filePath: "\(folder)/20261102000000_c.up.sql"))
            let report = MigrationCheck().check(folder: folder)
            #expect(report.outcome == .unusable)
            let unusable = report.findings.filter { $0.severity == .unusable }
            #expect(Set(unusable.map(\.rule.id)) == ["same-timestamp", "unreadable"])
            #expect(unusable.contains { $0.file == "20261102000000_c.up.sql" && $0.message.contains("UTF-8") })
            #expect(unusable.contains { $0.file == "notes.SQL" })
            #expect(!unusable.contains { $0.file == "README.md" })
        }
        let missing = MigrationCheck().check(folder: "/nowhere/at/all")
        #expect(missing.outcome == .unusable)
    }

    @Test func `an expansion without a way back is noted and not refused`() async throws {
        let report = try await report(on: ["20261101000000_a/expand.sql": "SELECT 1"])
        #expect(report.findings.map(\.rule.id) == ["no-revert"])
        #expect(report.outcome == .clean)
    }

    /// Checks one expand step that has a revert.
    private func report(onExpand sql: String) async throws -> MigrationReport {
        try await report(on: [
            "20261101000000_a/expand.sql": sql, "20261101000000_a/revert.sql": "SELECT 1",
        ])
    }

    private func report(on files: [String: String]) async throws -> MigrationReport {
        try await withTemporaryFolder { folder in
            for (path, text) in files { try write(text, to: path, in: folder) }
            return MigrationCheck().check(folder: folder)
        }
    }
}

/// Writes a file, and the folders that it lies in.
func write(_ text: String, to path: String, in folder: String) throws {
    let file = URL(filePath: "\(folder)/\(path)")
    try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(text.utf8).write(to: file)
}
