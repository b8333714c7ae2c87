import Domain
import Migrations
import Postgres
import Testing

/// A schema that somebody changed by hand, beside its migrations.
@Suite(.timeLimit(.minutes(2)))
struct SchemaDriftTests {
    private static let first = migration(
        "20261101000000_loads", expand: "CREATE TABLE loads (id bigint PRIMARY KEY, day date, weight int)",
        revert: "DROP TABLE loads")
    private static let second = migration(
        "20261102000000_note", expand: "ALTER TABLE loads ADD note text",
        backfill: "-- key: loads.id\nUPDATE loads SET note = '' WHERE id BETWEEN $1 AND $2;",
        revert: "ALTER TABLE loads DROP note")

    private struct ByHand: CustomTestStringConvertible {
        let sql: String
        let line: String
        var testDescription: String { sql }
    }

    @Test(arguments: [
        ByHand(sql: "CREATE INDEX by_day ON loads (day)", line: "+ index public.loads.by_day"),
        ByHand(sql: "ALTER TABLE loads DROP weight", line: "- column public.loads.weight"),
        ByHand(
            sql: "ALTER TABLE loads ALTER weight TYPE bigint",
            line: "! column public.loads.weight: type was integer, is bigint"),
        ByHand(sql: "CREATE TABLE public.drivers (id int PRIMARY KEY)", line: "+ table public.drivers"),
        ByHand(
            sql: "ALTER TABLE loads ALTER day SET NOT NULL",
            line: "! column public.loads.day: not null was false, is true"),
    ])
    private func `a change by hand is shown, refuses the next migration and can be accepted`(change: ByHand)
        async throws
    {
        try await ExecutionFixture.use { fixture in
            let both = [Self.first, Self.second]
            try await fixture.apply([Self.first])
            try await fixture.connection.execute(PostgresQuery(unescaped: change.sql))

            #expect(try await fixture.executor.status(of: both).changedByHand == [change.line])
            #expect(try await fixture.executor.status(of: both).hasDrifted)
            await #expect(throws: ExecutionError.changedByHand([change.line])) { try await fixture.apply(both) }
            await #expect(throws: ExecutionError.changedByHand([change.line])) {
                try await fixture.executor.pending(both)
            }
            #expect(try await fixture.apply([Self.first]).isEmpty, "nothing is pending: nothing is refused")

            #expect(try await fixture.executor.acceptChangesByHand(cause: .test) == [change.line])
            #expect(try await fixture.executor.acceptChangesByHand(cause: .test).isEmpty)
            #expect(try await !fixture.executor.status(of: both).hasDrifted)
            #expect(try await fixture.apply(both) == [Self.second.name])
            let events = try await fixture.executor.history(last: 10)
            #expect(events.map(\.action) == [.applied, .accepted, .applied])
            #expect(events[1].author == "tester" && events[1].phase == nil)
        }
    }

    @Test func `what others than migrations care for is no drift`() async throws {
        try await ExecutionFixture.use { fixture in
            let days = migration(
                "20261101010000_days", expand: "CREATE TABLE days (day date) PARTITION BY RANGE (day)")
            try await fixture.apply([Self.first, days])
            try await fixture.connection.executeScript(
                """
                GRANT SELECT ON loads TO PUBLIC;
                INSERT INTO loads VALUES (1);
                ANALYZE loads;
                CREATE TABLE days_2026 PARTITION OF days FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');
                CREATE INDEX ON days_2026 (day)
                """)
            #expect(try await fixture.executor.status(of: [Self.first, days]).changedByHand.isEmpty)
        }
    }

    @Test func `a change by hand holds up neither a backfill nor the way back`() async throws {
        try await ExecutionFixture.use { fixture in
            let both = [Self.first, Self.second]
            try await fixture.apply(both)
            try await fixture.connection.execute("CREATE INDEX by_day ON loads (day)")
            #expect(try await fixture.apply(both, .backfill) == [Self.second.name])
            #expect(try await fixture.executor.status(of: both).changedByHand == ["+ index public.loads.by_day"])
            #expect(try await fixture.executor.revert(nil, of: both, cause: .test) == Self.second.name)
        }
    }

    @Test func `a run that was killed before it could record the schema refuses nothing`() async throws {
        try await ExecutionFixture.use { fixture in
            try await fixture.apply([Self.first])
            // What such a run leaves: the event of a step, and the schema of the step before.
            try await fixture.connection.executeScript(
                """
                ALTER TABLE loads ADD color text;
                INSERT INTO switchyard.migration_events (name, phase, action, sha256, duration_ms)
                    VALUES ('20261101120000_color', 'expand', 'applied', '', 0)
                """)
            #expect(try await fixture.executor.status(of: [Self.first]).changedByHand.isEmpty)
            #expect(try await fixture.apply([Self.first, Self.second]) == [Self.second.name])
        }
    }
}
