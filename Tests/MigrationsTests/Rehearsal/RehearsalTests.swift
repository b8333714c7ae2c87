import Foundation
import Migrations
import Postgres
import TestSupport
import Testing

/// A whole rehearsal: backup, clone, trace, ways back, and the running release's statements.
@Suite(.serialized, .timeLimit(.minutes(5)))
struct RehearsalTests {
    @Test func `a true revert of a new column is one of the schema only, and the database is untouched`() async throws {
        try await withSchema { schema in
            let report = try await rehearse(
                schema, expand: "ALTER TABLE loads ADD COLUMN eta timestamptz;",
                revert: "ALTER TABLE loads DROP COLUMN eta;")
            #expect(report.verdict?.stops == false)
            #expect(
                report.wayBack["20261122120000_change"]
                    == WayBack(.schemaOnly, ["What the new release writes into public.loads.eta goes with it."]))
            #expect(report.irreversible == [])
            let databases = try await query(schema, "SELECT datname FROM pg_database WHERE datname LIKE 'switchyard_%'")
            #expect(databases.isEmpty)
            #expect(try await query(schema, "SELECT FROM pg_attribute WHERE attname = 'eta'").isEmpty)
        }
    }

    @Test(arguments: [
        (
            "ALTER TABLE loads ADD COLUMN a int, ADD COLUMN b int", "ALTER TABLE loads DROP COLUMN a",
            "loads.b is left over"
        ),
        ("CREATE INDEX CONCURRENTLY i ON loads (weight)", "DROP INDEX CONCURRENTLY j", "The revert fails"),
        (
            "ALTER TABLE loads ALTER COLUMN note SET DEFAULT ''", "ALTER TABLE loads ALTER COLUMN note SET DEFAULT 'x'",
            "default was none, is 'x'::text"
        ),
    ])
    func `a revert that leaves another catalog is no way back`(
        expand: String, revert: String, reason: String
    ) async throws {
        try await withSchema { schema in
            let report = try await rehearse(schema, expand: expand, revert: revert)
            let wayBack = try #require(report.wayBack["20261122120000_change"])
            #expect(wayBack.kind == .irreversible)
            #expect(wayBack.reasons.contains { $0.contains(reason) }, "\(wayBack)")
        }
    }

    @Test(arguments: [
        ("UPDATE drivers SET phone = NULL WHERE id < 4", "SELECT 1", "Rows of public.drivers have other values"),
        (
            "CREATE TABLE kept AS SELECT * FROM drivers", "DELETE FROM drivers WHERE id > 60; DROP TABLE kept",
            "public.drivers has 60 rows and should have 61"
        ),
    ])
    func `a way back that loses rows of today or of the new release is one of the schema only`(
        expand: String, revert: String, reason: String
    ) async throws {
        try await withSchema { schema in
            // The tables that are compared are those that the expansion locks for writing.
            let report = try await rehearse(
                schema, expand: expand + "; LOCK TABLE drivers IN ROW EXCLUSIVE MODE", revert: revert)
            let wayBack = try #require(report.wayBack["20261122120000_change"])
            #expect(wayBack.kind == .schemaOnly)
            #expect(wayBack.reasons.contains { $0.contains(reason) }, "\(wayBack)")
        }
    }

    @Test func `a way back without CONCURRENTLY's transaction rule is proved all the same`() async throws {
        try await withSchema { schema in
            let report = try await rehearse(
                schema, expand: "CREATE INDEX CONCURRENTLY i ON loads (weight)", revert: "DROP INDEX CONCURRENTLY i")
            #expect(report.wayBack["20261122120000_change"] == WayBack(.reversible))
            #expect(report.verdict?.stops == false)
        }
    }

    @Test func `a table into which nothing could be written is told of and not taken for proved`() async throws {
        try await withSchema { schema in
            try await PostgresConnection.using(schema.template, applicationName: "test") { connection in
                try await connection.executeScript(
                    """
                    CREATE TABLE nobody (id int PRIMARY KEY); CREATE TABLE single (id int PRIMARY KEY CHECK (id < 2));
                    INSERT INTO single VALUES (1)
                    """)
            }
            let report = try await rehearse(
                schema, expand: "CREATE INDEX a ON nobody (id); CREATE INDEX b ON single (id)",
                revert: "DROP INDEX a, b; DELETE FROM nobody; DELETE FROM single WHERE id > 1")
            let wayBack = try #require(report.wayBack["20261122120000_change"])
            #expect(wayBack.kind == .reversible)
            let untried = wayBack.reasons.filter { $0.contains("could not be tried") }
            #expect(untried.count == 2 && untried[0].contains("public.nobody") && untried[1].contains("23514"))
        }
    }

    @Test(arguments: [
        ("ALTER TABLE loads ADD COLUMN eta int", "SELECT * FROM loads WHERE id = $1", "0A000"),
        (
            "ALTER TABLE drivers ADD COLUMN origin text",
            "SELECT origin, name FROM loads JOIN drivers ON drivers.id = loads.driver_id", "42702"
        ),
        ("ALTER TABLE legacy_codes RENAME COLUMN label TO title", "SELECT label FROM legacy_codes", "42703"),
        ("DROP TABLE legacy_codes", "DELETE FROM legacy_codes WHERE code = $1", "42P01"),
        (
            "DROP INDEX customers_email",
            "INSERT INTO customers (name, email) VALUES ($1, $2) ON CONFLICT (email) DO NOTHING", "42P10"
        ),
        (
            "ALTER TABLE legacy_codes ALTER COLUMN code TYPE int USING code::int", "SELECT code FROM legacy_codes",
            "0A000"
        ),
    ])
    func `a statement of the running release that fails on the new schema is named`(
        expand: String, statement: String, state: String
    ) async throws {
        try await withSchema { schema in
            var observed = ObservedStatements()
            observed.texts = [statement, "SELECT count(*) FROM drivers WHERE hired > interval $1 + date $2"]
            let report = try await rehearse(schema, expand: expand, observed: observed)
            #expect(report.coverage.statements == 2)
            let findings = report.statements.flatMap(\.findings).filter { $0.rule == "breaks-statement" }
            let finding = try #require(findings.first)
            #expect(findings.count == 1 && finding.severity == .incompatible)
            #expect(finding.message.contains(state) && finding.message.contains(statement), "\(finding)")
        }
    }

    @Test func `a constraint for new rows only is incompatible when rows of today break it`() async throws {
        try await withSchema { schema in
            let sql = "ALTER TABLE loads ADD CONSTRAINT light CHECK (weight < 100) NOT VALID"
            let broken = try await rehearse(schema, expand: sql)
            #expect(broken.statements[0].findings.contains { $0.rule == "violated-constraint" })
            #expect(broken.verdict == .incompatible)
            let kept = try await rehearse(schema, expand: sql.replacing("100", with: "1000"))
            #expect(kept.verdict?.stops == false)
        }
    }

    @Test func `a contraction is judged by the statements that still use what it takes away`() async throws {
        try await withSchema { schema in
            var observed = ObservedStatements()
            observed.texts = ["SELECT note FROM loads"]
            let contract = "ALTER TABLE loads DROP COLUMN note"
            let used = try await rehearse(schema, contract: contract, observed: observed)
            #expect(used.verdict == .incompatible)
            observed.texts = ["SELECT origin FROM loads"]
            let unused = try await rehearse(schema, contract: contract, observed: observed)
            #expect(unused.verdict?.stops == false)
        }
    }

    @Test func `a backfill along a key that may be null is dangerous`() async throws {
        try await withSchema { schema in
            let keyless = migration(
                "20261122120000_change",
                backfill: "-- key: loads.driver_id\nUPDATE loads SET note = '' WHERE driver_id BETWEEN $1 AND $2")
            let report = try await schema.rehearse(keyless)
            #expect(report.verdict == .dangerous)
            #expect(report.obstacles.first?.contains("driver_id may be null") == true, "\(report.obstacles)")
        }
    }

    @Test func `what an earlier version of the record holds is not rehearsed again`() async throws {
        try await withSchema { schema in
            try await PostgresConnection.using(schema.template, applicationName: "test") { connection in
                try await connection.executeScript(
                    """
                    CREATE SCHEMA switchyard; CREATE TABLE switchyard.migrations (name text, phase text);
                    INSERT INTO switchyard.migrations VALUES ('20261122120000_change', 'expand')
                    """)
            }
            let report = try await rehearse(schema, expand: "DROP TABLE loads CASCADE")
            #expect(report.statements.isEmpty)
        }
    }

    @Test func `a role that may not read every row is refused with the tables' names`() async throws {
        try await withSchema { schema in
            var parameters = schema.template.parameters
            parameters["options"] = "-c role=bench_app"
            let address = PostgresAddress(parameters: parameters)
            let error = await #expect(throws: RehearsalError.self) { try await RehearsedDatabase.examine(address) }
            guard case .unreadableTables(role: "bench_app", let tables)? = error else {
                Issue.record("Refused with \(String(describing: error)).")
                return
            }
            #expect(tables.contains("invoices") && !tables.contains("loads"))
        }
    }

    @Test func `what the role may not do is not laid to today's data`() async throws {
        try await withSchema { schema in
            try await schema.withRole("BYPASSRLS IN ROLE pg_read_all_data") { address in
                let change = migration("20261122120000_change", expand: "ALTER TABLE loads ADD COLUMN eta int")
                let report = try await schema.rehearse(change, as: address)
                let obstacle = try #require(report.obstacles.first)
                #expect(obstacle.contains("may not do it") && obstacle.contains("42501"), "\(obstacle)")
                #expect(!obstacle.contains("today's data"), "\(obstacle)")
            }
        }
    }

    // MARK: The stage

    private func withSchema(_ body: (RehearsedSchema) async throws -> Void) async throws {
        try await PostgresFixture.withDatabase { address in
            try await body(RehearsedSchema.fill(address))
        }
    }

    /// Rehearses one migration with the server of the tests for the clone.
    private func rehearse(
        _ schema: RehearsedSchema, expand: String? = nil, contract: String? = nil, revert: String? = nil,
        observed: ObservedStatements = ObservedStatements()
    ) async throws -> RehearsalReport {
        let texts: [(MigrationPhase, String?)] = [(.expand, expand), (.contract, contract), (.revert, revert)]
        let steps = texts.compactMap { phase, sql in
            sql.map { MigrationStep(phase: phase, file: "20261122120000_change/\(phase.file)", sql: $0) }
        }
        let migration = Migration(name: MigrationName(unchecked: "20261122120000_change"), steps: steps)
        return try await schema.rehearse(migration, observed: observed)
    }

    private func query(_ schema: RehearsedSchema, _ sql: String) async throws -> [PostgresRow] {
        try await PostgresConnection.using(schema.template, applicationName: "test") { connection in
            try await connection.query(PostgresQuery(unescaped: sql))
        }
    }
}
