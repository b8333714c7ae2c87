import Domain
import Migrations
import Postgres
import TestSupport
import Testing

@Suite(.serialized, .timeLimit(.minutes(3)))
struct MigrationExecutorTests {
    private let table = migration(
        "20261101000000_loads", expand: "CREATE TABLE loads (id int); INSERT INTO loads VALUES (1), (2)")
    private let column = migration(
        "20261102000000_customer", expand: "ALTER TABLE loads ADD COLUMN customer text")

    private struct Unusable: CustomTestStringConvertible {
        let testDescription: String
        let sql: String
        let sentence: String
    }

    @Test(arguments: [
        Unusable(testDescription: "no SQL", sql: "selekt 1", sentence: "expand.sql:1:1: syntax error"),
        Unusable(
            testDescription: "a command of psql's", sql: "SELECT 1;\n\\d loads", sentence: "expand.sql:2:1: '\\d'"),
        Unusable(
            testDescription: "rows for COPY", sql: "COPY loads FROM STDIN;\n1\t2\n\\.\n",
            sentence: "expand.sql:1:1: COPY with the client"),
        Unusable(testDescription: "a transaction", sql: "BEGIN; SELECT 1; COMMIT", sentence: "BEGIN may not stand"),
    ])
    private func `a step that cannot be used is refused, and not even a record is made`(step: Unusable) async throws {
        try await ExecutionFixture.use { database in
            let unusable = migration("20261101000000_loads", expand: step.sql)
            for run in [
                { _ = try await database.apply([unusable]) }, { _ = try await database.executor.plan([unusable]) },
            ] as [() async throws -> Void] {
                do {
                    try await run()
                    #expect(step.sql.contains("BEGIN"), "only a plan lists that as an obstacle")
                } catch {
                    #expect("\(error)".contains(step.sentence), "\(error)")
                }
            }
            let made = try await database.count(
                "SELECT count(*) AS value FROM pg_namespace WHERE nspname = 'switchyard'")
            #expect(made == 0)
        }
    }

    @Test func `each step is applied once and recorded`() async throws {
        try await ExecutionFixture.use { database in
            #expect(try await database.executor.pending([table, column]) == [table, column])
            #expect(try await database.apply([table]) == [table.name])
            #expect(try await database.apply([table, column]) == [column.name])
            #expect(try await database.apply([table, column]) == [])
            #expect(try await database.executor.pending([table, column]) == [])
            let rows = try await database.connection.query("SELECT * FROM switchyard.migrations ORDER BY name")
            try #require(rows.count == 2)
            #expect(try rows[1].decode("name") == column.name.rawValue)
            #expect(try rows[1].decode("phase") == "expand")
            #expect(try rows[1].decode("sha256") == column.expand?.sha256)
            #expect(try rows[1].decode("release") == "1.1.0")
            #expect(try rows[1].decode("deployment") == 7)
            #expect(try rows[1].decode("author") == "tester")
            #expect(try rows[1].decode("script") == column.expand?.sql)
        }
    }

    @Test func `asking what is pending changes nothing`() async throws {
        try await ExecutionFixture.use { database in
            _ = try await database.executor.pending([table])
            #expect(
                try await database.count("SELECT count(*) AS value FROM pg_namespace WHERE nspname = 'switchyard'") == 0
            )
        }
    }

    @Test func `a statement that fails takes its transaction back and is named with its place`() async throws {
        let broken = migration(
            "20261102000000_broken", expand: "CREATE TABLE extra (id int);\nALTER TABLE nowhere ADD x int")
        try await ExecutionFixture.use { database in
            let refusal = await #expect(throws: ExecutionError.self) { try await database.apply([table, broken]) }
            let text = try #require(refusal.map { "\($0)" })
            for fact in ["20261102000000_broken/expand.sql:2:1", "42P01", "nowhere"] { #expect(text.contains(fact)) }
            #expect(try await database.tables() == ["loads"])
            #expect(try await database.executor.pending([table, broken]) == [broken])
        }
    }

    @Test func `what was done before a statement outside transactions is kept, and the rest may be mended`()
        async throws
    {
        let begun = "CREATE TABLE loads (id int);\nCREATE INDEX CONCURRENTLY loads_id ON loads (id);\n"
        let broken = migration("20261101000000_loads", expand: begun + "ALTER TABLE nowhere ADD x int")
        let mended = migration("20261101000000_loads", expand: begun + "ALTER TABLE loads ADD x int")
        let rewritten = migration(
            "20261101000000_loads", expand: "CREATE TABLE loads (id bigint);\nALTER TABLE loads ADD x int")
        try await ExecutionFixture.use { database in
            await #expect(throws: ExecutionError.self) { try await database.apply([broken]) }
            let refusal = await #expect(throws: ExecutionError.self) { try await database.apply([rewritten]) }
            let text = try #require(refusal.map { "\($0)" })
            for fact in ["-CREATE TABLE loads (id int)", "+CREATE TABLE loads (id bigint)"] {
                #expect(text.contains(fact))
            }
            #expect(try await database.apply([mended]) == [mended.name])
            #expect(database.events.all.contains(.began(mended.name, .expand, statements: 3, done: 2)))
        }
    }

    @Test(arguments: [
        ("COMMIT; BEGIN; CREATE TABLE sly (id int)", "COMMIT"), ("SAVEPOINT a", "SAVEPOINT"),
        ("CREATE TABLE sly (id int); COPY sly FROM STDIN", "COPY"),
        ("CREATE TABLE sly (id int); CREATE INDEX CONCURRENTLY ON sly (id)", "name"),
    ])
    func `what no step may hold is refused before anything runs`(sql: String, word: String) async throws {
        let sly = migration("20261103000000_sly", expand: sql)
        try await ExecutionFixture.use { database in
            let refusal = await #expect(throws: ExecutionError.self) { try await database.apply([table, sly]) }
            #expect(refusal.map { "\($0)".contains(word) && "\($0)".contains("expand.sql:1:") } == true)
            let tables = try await database.tables()
            #expect(tables.isEmpty)
        }
    }

    @Test func `settings of a step do not reach the next one, and hold for its own later statements`() async throws {
        let setting = migration(
            "20261031000000_setting",
            expand: """
                CREATE SCHEMA app; SET search_path = app; CREATE TABLE a (id int);
                CREATE INDEX CONCURRENTLY a_id ON a (id); CREATE TABLE nowhere.b (id int);
                """)
        let mended = migration(
            "20261031000000_setting", expand: (setting.expand?.sql ?? "").replacing("nowhere.b", with: "b"))
        try await ExecutionFixture.use { database in
            await #expect(throws: ExecutionError.self) { try await database.apply([setting, table]) }
            #expect(try await database.apply([mended, table]).count == 2)
            let schema: String = try await database.connection.value(
                """
                SELECT string_agg(schemaname || '.' || tablename, ' ' ORDER BY tablename) AS value FROM pg_tables
                WHERE schemaname IN ('app', 'public')
                """)
            #expect(schema == "app.a app.b public.loads")
        }
    }

    @Test func `a run whose session dies is completed by the next one`() async throws {
        // The second step blocks on a lock of ours; then its session dies, as it does when the process is killed.
        let gate = migration(
            "20261101500000_gate",
            expand: "CREATE TABLE gate (id int); SELECT count(pg_advisory_lock_shared(42)), pg_sleep(0)")
        let steps = [table, gate, column]
        try await ExecutionFixture.use { database in
            try await database.connection.execute("SELECT pg_advisory_lock(42)")
            let running = Task { try await database.executor.apply(steps, cause: .test) }
            try await eventually("the second step waits") {
                database.events.all.contains {
                    if case .waitingForLock(gate.name, _, _, let holders) = $0 { !holders.isEmpty } else { false }
                }
            }
            try await database.connection.execute(
                """
                SELECT pg_terminate_backend(pid) FROM pg_stat_activity
                WHERE application_name = 'switchyard expand' AND datname = current_database()
                """)
            await #expect(throws: (any Error).self) { try await running.value }
            #expect(try await database.executor.pending(steps) == [gate, column])
            try await database.connection.execute("SELECT pg_advisory_unlock(42)")
            #expect(try await database.apply(steps) == [gate.name, column.name])
            #expect(try await database.count("SELECT count(*) AS value FROM loads") == 2)
        }
    }

    @Test func `two runs at once apply each step once`() async throws {
        let steps =
            [table, column]
            + (10..<20).map { migration("202612\($0)000000_t", expand: "CREATE TABLE t\($0) (id int)") }
        try await ExecutionFixture.use { database in
            async let first = database.apply(steps)
            async let second = database.apply(steps)
            let names = try await first + second
            #expect(names.sorted() == steps.map(\.name))
            #expect(try await database.count("SELECT count(*) AS value FROM switchyard.migrations") == steps.count)
        }
    }

    @Test func `a second run gives up after its wait and says who has the turn`() async throws {
        try await ExecutionFixture.use { database in
            var impatient = database
            impatient.limits.turnWait = .milliseconds(300)
            let gate = migration("20261101000000_gate", expand: "SELECT pg_sleep(600)")
            let running = Task { try await database.apply([gate]) }
            try await eventually("the first run sleeps") {
                let sleeping = try await database.connection.query(
                    "SELECT FROM pg_stat_activity WHERE wait_event = 'PgSleep' AND datname = current_database()")
                return !sleeping.isEmpty
            }
            let refusal = await #expect(throws: ExecutionError.self) { try await impatient.apply([table]) }
            #expect(refusal.map { "\($0)".contains("switchyard migration apply (process ") } == true)
            running.cancel()
            await #expect(throws: (any Error).self) { try await running.value }
            #expect(try await database.apply([table]) == [table.name])
        }
    }

    @Test func `a step that takes too long is cancelled at the deadline`() async throws {
        let slow = migration("20261103000000_slow", expand: "CREATE TABLE slow (id int); SELECT pg_sleep(600)")
        try await ExecutionFixture.use { database in
            var hurried = database
            hurried.limits.deadline = .seconds(1)
            await #expect(
                throws: ExecutionError.deadline(slow.name, file: slow.expand?.file ?? "", limit: .seconds(1))
            ) { try await hurried.apply([slow]) }
            let tables = try await database.tables()
            #expect(tables.isEmpty)
        }
    }

    @Test func `a server that is too old is refused before anything is written`() async throws {
        try await ExecutionFixture.use { database in
            var demanding = database
            demanding.limits.oldestServer = 999_999
            let refusal = await #expect(throws: ExecutionError.self) { try await demanding.apply([table]) }
            let sentence = refusal.map { "\($0)" } ?? ""
            #expect(sentence.hasPrefix("Migrations need PostgreSQL 15 or newer"), "\(sentence)")
            let schemas = try await database.count(
                "SELECT count(*) AS value FROM pg_namespace WHERE nspname = 'switchyard'")
            #expect(schemas == 0)
            #expect(try await database.tables() == [])
        }
    }
}
