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

    @Test func `a refused statement is told with the server's reason and leaves nothing`() async throws {
        try await withSchema { schema in
            try await schema.withCopy { copy in
                let tracer = try await StatementTracer(clone: copy, limits: .unhurried)
                let sql = "CREATE TABLE first (id int); ALTER TABLE loads ADD COLUMN z int NOT NULL; SELECT 1"
                let traces = try await tracer.trace(
                    PgQueryParser().statements(in: sql, file: "a.sql"), phase: .expand)
                #expect(traces.count == 2)
                #expect(traces[1].refusal?.contains("23502") == true)
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
