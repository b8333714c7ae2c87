import Migrations
import Postgres
import TestSupport
import Testing

/// What the application feels of a migration that needs strong locks.
@Suite(.serialized, .timeLimit(.minutes(3)))
struct LockTests {
    private let table = migration(
        "20261101000000_loads", expand: "CREATE TABLE loads (id int); INSERT INTO loads VALUES (1), (2)")
    private let column = migration(
        "20261102000000_customer", expand: "ALTER TABLE loads ADD COLUMN customer text")

    @Test func `a step waits for a long report outside the queue and is applied when that ends`() async throws {
        try await ExecutionFixture.use { database in
            try await database.apply([table])
            let reader = try await PostgresConnection.connect(to: database.address, applicationName: "long report")
            try await reader.executeScript("BEGIN; SELECT * FROM loads")
            let running = Task { try await database.apply([table, column]) }
            try await eventually("the step tells whom it waits for") { database.waits(for: "long report") }
            let waiting = try await database.connection.query(
                "SELECT FROM pg_locks WHERE relation = 'loads'::regclass AND NOT granted")
            #expect(waiting.isEmpty, "it stands in no queue meanwhile")
            #expect(try await database.count("SELECT count(*) AS value FROM loads") == 2)
            try await reader.execute("COMMIT")
            #expect(try await running.value == [column.name])
            await reader.close()
        }
    }

    /// The text does not tell the table, so only the queue can.
    @Test func `a lock that the text does not tell is found out and then waited for outside the queue`()
        async throws
    {
        let hidden = migration(
            "20261103000000_hidden", expand: "DO $$ BEGIN EXECUTE 'ALTER TABLE lo' || 'ads ADD note text'; END $$")
        try await ExecutionFixture.use { database in
            try await database.apply([table])
            let reader = try await PostgresConnection.connect(to: database.address, applicationName: "long report")
            try await reader.executeScript("BEGIN; SELECT * FROM loads")
            let running = Task { try await database.apply([table, hidden]) }
            try await eventually("the step tells whom it waits for") { database.waits(for: "AccessShareLock on loads") }
            try await reader.execute("COMMIT")
            #expect(try await running.value == [hidden.name])
            await reader.close()
        }
    }

    @Test func `a table that is locked for ever ends in a sentence that names the session, and nothing is changed`()
        async throws
    {
        let several = migration(
            "20261103000000_several", expand: "CREATE TABLE extra (id int); ALTER TABLE loads ADD COLUMN customer text")
        try await ExecutionFixture.use { database in
            try await database.apply([table])
            var impatient = database
            impatient.limits.lockPatience = .milliseconds(500)
            let holder = try await PostgresConnection.connect(to: database.address, applicationName: "forgotten")
            try await holder.executeScript("BEGIN; UPDATE loads SET id = id")
            let refusal = await #expect(throws: ExecutionError.self) { try await impatient.apply([table, several]) }
            let text = try #require(refusal.map { "\($0)" })
            for fact in ["'forgotten'", "user switchyard", "RowExclusiveLock on loads", "UPDATE loads SET id = id"] {
                #expect(text.contains(fact), "\(text)")
            }
            #expect(try await database.tables() == ["loads"])
            await holder.close()
            try await eventually("the holder's lock is gone") {
                try await database.connection.query("SELECT FROM pg_locks WHERE relation = 'loads'::regclass").isEmpty
            }
            #expect(try await impatient.apply([table, several]) == [several.name])
        }
    }

    private struct Locked: CustomTestStringConvertible {
        let testDescription: String
        let lock: String
        let migration: Migration
        var phase: MigrationPhase = .expand
        let facts: [String]
    }

    @Test(arguments: [
        Locked(
            testDescription: "whose schema must be read", lock: "LOCK TABLE keyed",
            migration: migration("20261103000000_other", expand: "CREATE TABLE other (id int)"),
            facts: ["could not be read", "AccessExclusiveLock on keyed"]),
        Locked(
            testDescription: "in which an index is built", lock: "LOCK TABLE loads IN SHARE MODE",
            migration: migration(
                "20261103000000_index", expand: "CREATE INDEX CONCURRENTLY loads_id ON public.loads (id)"),
            facts: ["did not get its locks", "LOCK TABLE loads IN SHARE MODE"]),
        Locked(
            testDescription: "that is filled", lock: "LOCK TABLE keyed",
            migration: migration(
                "20261103000000_fill", backfill: "-- key: keyed.id\nUPDATE keyed SET n = 1 WHERE id BETWEEN $1 AND $2;"),
            phase: .backfill, facts: ["keyed or rows of it are locked", "AccessExclusiveLock on keyed"]),
        Locked(
            testDescription: "of which a row is filled", lock: "UPDATE keyed SET n = 2 WHERE id = 2",
            migration: migration(
                "20261103000000_fill", backfill: "-- key: keyed.id\nUPDATE keyed SET n = 1 WHERE id BETWEEN $1 AND $2;"),
            phase: .backfill, facts: ["keyed or rows of it are locked", "UPDATE keyed SET n = 2 WHERE id = 2"]),
    ])
    private func `whoever keeps a table locked for ever is named, and then the step is done`(locked: Locked)
        async throws
    {
        let keyed = migration(
            "20261101010000_keyed",
            expand: "CREATE TABLE keyed (id int PRIMARY KEY, n int); INSERT INTO keyed VALUES (1), (2), (3)")
        try await ExecutionFixture.use { database in
            try await database.apply([table, keyed])
            var impatient = database
            impatient.limits.lockPatience = .milliseconds(500)
            let holder = try await PostgresConnection.connect(to: database.address, applicationName: "forgotten")
            try await holder.executeScript("SET search_path = public; BEGIN; \(locked.lock)")
            let all = [table, keyed, locked.migration]
            let refusal = await #expect(throws: ExecutionError.self) {
                try await impatient.apply(all, locked.phase)
            }
            let text = try #require(refusal.map { "\($0)" })
            for fact in ["'forgotten'"] + locked.facts { #expect(text.contains(fact), "\(text)") }
            #expect(try await database.invalidIndexes().isEmpty)
            await holder.close()
            #expect(try await database.apply(all, locked.phase) == [locked.migration.name])
        }
    }

    @Test func `a weaker lock does not wait for readers`() async throws {
        let validated = migration(
            "20261103000000_validated", expand: "ALTER TABLE loads VALIDATE CONSTRAINT positive")
        try await ExecutionFixture.use { database in
            var impatient = database
            impatient.limits.lockPatience = .milliseconds(500)
            let constraint = migration(
                "20261101000000_loads",
                expand:
                    "CREATE TABLE loads (id int); ALTER TABLE loads ADD CONSTRAINT positive CHECK (id > 0) NOT VALID")
            try await database.apply([constraint])
            let reader = try await PostgresConnection.connect(to: database.address, applicationName: "long report")
            try await reader.executeScript("BEGIN; SELECT * FROM loads")
            #expect(try await impatient.apply([constraint, validated]) == [validated.name])
            await reader.close()
        }
    }

    @Test func `clients that read and write all the while never fail, however long the table is held`() async throws {
        try await ExecutionFixture.use { database in
            try await database.apply([table])
            let holder = try await PostgresConnection.connect(to: database.address, applicationName: "long report")
            try await holder.executeScript("BEGIN; SELECT * FROM loads")
            try await withThrowingTaskGroup(of: Void.self) { group in
                for number in 0..<8 {
                    group.addTask { try await useTable(at: database.address, writing: number.isMultiple(of: 2)) }
                }
                let running = Task { try await database.apply([table, column]) }
                try await eventually("the step tells whom it waits for") { database.waits(for: "long report") }
                try await holder.execute("COMMIT")
                #expect(try await running.value == [column.name])
                group.cancelAll()
                while let result = await group.nextResult() {
                    guard case .failure(let error) = result, !(error is CancellationError) else { continue }
                    Issue.record("A client failed: \(error)")
                }
            }
            await holder.close()
        }
    }

    /// Short transactions, one after another, each with a second at most.
    private func useTable(at address: PostgresAddress, writing: Bool) async throws {
        try await PostgresConnection.using(address, applicationName: "client") { connection in
            while !Task.isCancelled {
                if writing {
                    try await connection.execute("INSERT INTO loads (id) VALUES (3)", deadline: .seconds(20))
                } else {
                    _ = try await connection.query("SELECT count(*) FROM loads", deadline: .seconds(20))
                }
            }
        }
    }
}

extension ExecutionFixture {
    /// Whether the executor told that it waits for someone whose description has this text.
    func waits(for text: String) -> Bool {
        events.all.contains {
            guard case .waitingForLock(_, _, _, let holders) = $0 else { return false }
            return holders.contains { "\($0)".contains(text) }
        }
    }
}
