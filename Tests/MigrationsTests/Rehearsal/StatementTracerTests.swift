import Migrations
import Postgres
import TestSupport
import Testing

/// What a traced statement is said to do, and what to write instead.
@Suite(.timeLimit(.minutes(5)))
struct StatementTracerTests {
    @Test(arguments: [
        ("ALTER TABLE loads ALTER COLUMN weight TYPE bigint", "Blocks every read and write of loads", "--change-type"),
        (
            "ALTER TABLE loads ADD CONSTRAINT c CHECK (price >= 0)",
            "it reads every row of loads under ACCESS EXCLUSIVE",
            "ALTER TABLE loads VALIDATE CONSTRAINT c;"
        ),
        ("CREATE INDEX i ON loads (driver_id)", "Blocks every write of loads", "CREATE INDEX CONCURRENTLY i ON loads"),
        (
            "ALTER TABLE loads ALTER COLUMN driver_id SET NOT NULL", "today's 400 rows",
            "CHECK (driver_id IS NOT NULL) NOT VALID;"
        ),
        (
            "ALTER TABLE loads ADD COLUMN z integer CHECK (z > 0)", "reads every row of loads",
            "ADD CONSTRAINT loads_z_check CHECK ((z > 0)) NOT VALID;"
        ),
        (
            "ALTER TABLE loads ADD COLUMN token uuid DEFAULT gen_random_uuid()", "rewrites loads",
            "ALTER COLUMN token SET DEFAULT gen_random_uuid();"
        ),
        (
            "ALTER TABLE loads ADD CONSTRAINT f FOREIGN KEY (driver_id) REFERENCES drivers", "Blocks every write of",
            "FOREIGN KEY (driver_id) REFERENCES drivers(id) NOT VALID;"
        ),
        (
            "ALTER TABLE drivers ADD CONSTRAINT u UNIQUE (phone)", "Blocks every read and write of drivers",
            "ADD CONSTRAINT u UNIQUE USING INDEX u;"
        ),
        ("VACUUM FULL /* there is no CONCURRENTLY */ loads", "Blocks every read and write of loads", "pg_repack"),
    ])
    func `a danger says whom it blocks and what to write instead`(
        sql: String, message: String, advice: String
    ) async throws {
        try await withSchema { schema in
            let findings = try await schema.findings(in: sql)[0]
            let finding = try #require(findings.first { $0.severity == .dangerous })
            #expect(finding.message.contains(message), "\(finding.message)")
            #expect(finding.advice?.contains(advice) == true, "\(finding.advice ?? "none")")
        }
    }

    @Test func `a lock counts until its transaction ends`() async throws {
        try await withSchema { schema in
            let findings = try await schema.findings(
                in: "ALTER TABLE loads ADD COLUMN eta timestamptz;\n\nCREATE TABLE copied AS SELECT * FROM loads;")
            #expect(findings[0].allSatisfy { !$0.severity.stops })
            #expect(findings[1].contains { $0.rule == "scan-under-lock" && $0.message.contains("line 1") })
        }
    }

    @Test func `what a step takes away and gives back is not missed by the release`() async throws {
        try await withSchema { schema in
            let sql = """
                DROP VIEW open_loads;
                CREATE VIEW open_loads AS SELECT id, reference, status FROM loads WHERE status = 'open';
                """
            let findings = try await schema.findings(in: sql)
            #expect(findings[0].allSatisfy { !$0.severity.stops })
            #expect(
                findings[1].contains { $0.rule == "lost-privilege" && $0.message.contains("bench_app loses SELECT") })
        }
    }

    @Test(arguments: [
        ("ALTER TABLE drivers DISABLE TRIGGER USER", "stops-trigger", "no longer run the trigger drivers_touch"),
        (
            "CREATE OR REPLACE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'",
            "refused-write", "does not let running code insert a row (nothing is written, without an error)"
        ),
        (
            """
            CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'read only'; END $$;
            CREATE TRIGGER refuse BEFORE DELETE ON positions FOR EACH ROW EXECUTE FUNCTION refuse()
            """, "refused-write", "delete a row (P0001: read only"
        ),
        ("ALTER SEQUENCE loads_id_seq RESTART", "rewound-sequence", "loads_id_seq gives out 1 next (was 401)"),
        ("ALTER SEQUENCE loads_id_seq MAXVALUE 405", "ending-sequence", "ends after 5 more values"),
        ("ALTER SEQUENCE dock_tickets NO CYCLE", "ending-sequence", "ends after 1 more values"),
        (
            "ALTER DOMAIN kilograms ADD CONSTRAINT light CHECK (VALUE < 100) NOT VALID", "violated-constraint",
            "Rows of today break light"
        ),
        (
            """
            ALTER TABLE drivers ADD COLUMN badge text;
            ALTER TABLE drivers ADD CONSTRAINT has_badge CHECK (badge IS NOT NULL) NOT VALID
            """, "violated-constraint", "without badge, breaks has_badge"
        ),
        (
            "DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET search_path = a', current_database()); END $$",
            "changed-setting", "New sessions of everybody begin with search_path a (was the server's)"
        ),
        ("SELECT FROM loads WHERE weight > 100 FOR UPDATE", "bulk-change", "Locks 300 of the 400 rows of loads"),
    ])
    func `what no lock and no statement shows is told all the same`(
        sql: String, rule: String, message: String
    ) async throws {
        try await withSchema { schema in
            let findings = try await schema.findings(in: sql).flatMap(\.self)
            let finding = try #require(findings.first { $0.rule == rule }, "\(findings)")
            #expect(finding.severity.stops && finding.message.contains(message), "\(finding)")
        }
    }

    @Test(arguments: [
        (SchemaChange.Kind.rename, "drivers.name:full_name"), (.changeType, "loads.weight:bigint"),
    ])
    func `the draft of a change that nobody waits for is held up by nothing, whatever the rows of today`(
        kind: SchemaChange.Kind, change: String
    ) async throws {
        try await withSchema { schema in
            let base = Migration(
                name: MigrationName(unchecked: "20260101000000_base"),
                steps: [MigrationStep(phase: .expand, file: "base/expand.sql", sql: try RehearsedSchema.sql)])
            let steps = try MigrationScaffold(known: KnownColumns([base])).steps(for: SchemaChange(kind, change))
            let findings = try await schema.findings(in: steps[.expand] ?? "").flatMap(\.self)
            #expect(findings.allSatisfy { !$0.severity.stops }, "\(findings)")
        }
    }

    @Test func `a sequence is told of at the statement that set it back, and use sets none back`() async throws {
        try await withSchema { schema in
            let sql = "SELECT setval('invoice_numbers', 1); SELECT nextval('invoice_numbers'); CREATE TABLE a (b int)"
            let rules = try await schema.findings(in: sql).map { $0.map(\.rule) }
            #expect(rules[0].contains("rewound-sequence") && !rules[1...].joined().contains("rewound-sequence"))
            let used = try await schema.findings(in: "INSERT INTO customers (name, email) VALUES ('a', 'b')")
            #expect(used.flatMap(\.self).isEmpty, "\(used)")
        }
    }

    @Test func `rows that a foreign key only keeps from going are not locked`() async throws {
        try await withSchema { schema in
            let sql = """
                INSERT INTO loads (customer_id, reference, origin, weight) SELECT id, 'X', 'Ghent', 1 FROM customers
                """
            let findings = try await schema.findings(in: sql).flatMap(\.self)
            #expect(findings.allSatisfy { !$0.severity.stops }, "\(findings)")
        }
    }

    @Test func `a refused statement is told with the server's reason and leaves nothing`() async throws {
        try await withSchema { schema in
            try await schema.withCopy { copy in
                let tracer = try await StatementTracer(clone: copy, limits: .unhurried)
                let sql = "CREATE TABLE first (id int); ALTER TABLE loads ADD COLUMN z int NOT NULL; SELECT 1"
                let traces = try await tracer.trace(
                    PgQueryParser().statements(in: sql, file: "a.sql"), phase: .expand)
                #expect(traces.count == 2)
                #expect(traces[1].refusal?.sqlState == "23502")
                let rows = try await PostgresConnection.using(copy, applicationName: "test") { connection in
                    try await connection.query("SELECT to_regclass('first') IS NULL AS gone")
                }
                #expect(try rows[0].decode("gone"))
            }
        }
    }

    @Test func `every statement shows its own work, not that of the ones before it`() async throws {
        try await withSchema { schema in
            try await schema.withCopy { copy in
                let tracer = try await StatementTracer(clone: copy, limits: .unhurried)
                let sql = """
                    SELECT count(*) FROM loads; ALTER TABLE drivers ADD COLUMN a int; SELECT count(*) FROM positions;
                    VACUUM legacy_codes; ALTER TABLE drivers ADD COLUMN b int
                    """
                let traces = try await tracer.trace(
                    PgQueryParser().statements(in: sql, file: "a.sql"), phase: .expand)
                let scanned = traces.map { $0.touches.map { "\($0.relation) \($0.rowsScanned)" } }
                #expect(scanned == [["public.loads 400"], [], ["public.positions 500"], [], []])
                #expect(traces[4].locks.map(\.mode) == [.accessExclusive])
                #expect(traces[3].transaction != traces[4].transaction)
            }
        }
    }

    private func withSchema(_ body: (RehearsedSchema) async throws -> Void) async throws {
        try await PostgresFixture.withDatabase { address in
            try await body(RehearsedSchema.fill(address))
        }
    }
}
