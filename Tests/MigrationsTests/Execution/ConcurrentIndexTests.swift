import Migrations
import Postgres
import TestSupport
import Testing

/// Statements that no transaction can hold.
@Suite(.serialized, .timeLimit(.minutes(3)))
struct ConcurrentIndexTests {
    private static let indexes: PostgresQuery = "SELECT count(*) AS value FROM pg_indexes WHERE indexname = 'loads_id'"
    private let table = migration(
        "20261101000000_loads", expand: "CREATE TABLE loads (id int); INSERT INTO loads VALUES (1), (1)")
    private let index = migration(
        "20261102000000_index", expand: "CREATE INDEX CONCURRENTLY IF NOT EXISTS loads_id ON loads (id)")

    @Test func `an invalid index of the same name is dropped and built again`() async throws {
        try await ExecutionFixture.use { database in
            try await database.apply([table])
            await #expect(throws: PostgresError.self) {
                try await database.connection.execute("CREATE UNIQUE INDEX CONCURRENTLY loads_id ON loads (id)")
            }
            #expect(try await database.invalidIndexes() == ["loads_id"])
            #expect(try await database.apply([table, index]) == [index.name])
            #expect(try await database.invalidIndexes() == [])
            #expect(database.events.all.contains(.droppingInvalidIndex(index.name, index: "public.loads_id")))
            #expect(
                try await database.count(Self.indexes) == 1)
        }
    }

    @Test func `an index that cannot be built leaves no invalid index, and the step can be done again`() async throws {
        let unique = migration(
            "20261102000000_unique", expand: "CREATE UNIQUE INDEX CONCURRENTLY loads_id ON loads (id)")
        try await ExecutionFixture.use { database in
            try await database.apply([table])
            let refusal = await #expect(throws: ExecutionError.self) { try await database.apply([table, unique]) }
            #expect(refusal.map { "\($0)".contains("23505") } == true)
            #expect(try await database.invalidIndexes() == [])
            try await database.connection.execute("DELETE FROM loads")
            #expect(try await database.apply([table, unique]) == [unique.name])
        }
    }

    @Test func `an old transaction is told and waited for before the index is begun`() async throws {
        try await ExecutionFixture.use { database in
            var watchful = database
            watchful.limits.oldSnapshot = .zero
            watchful.limits.lockPatience = .milliseconds(500)
            try await database.apply([table])
            let old = try await PostgresConnection.connect(to: database.address, applicationName: "old report")
            try await old.executeScript("BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT 1")
            let refusal = await #expect(throws: ExecutionError.self) { try await watchful.apply([table, index]) }
            #expect(refusal.map { "\($0)".contains("'old report'") } == true)
            #expect(
                try await database.count(Self.indexes) == 0)
            try await old.execute("COMMIT")
            #expect(try await watchful.apply([table, index]) == [index.name])
            await old.close()
        }
    }

    @Test func `the build waits longer for a lock than other statements do`() async throws {
        try await ExecutionFixture.use { database in
            try await database.apply([table])
            let writer = try await PostgresConnection.connect(to: database.address, applicationName: "writer")
            try await writer.executeScript("BEGIN; UPDATE loads SET id = id")
            let running = Task { try await database.apply([table, index]) }
            try await eventually("the build waits for the writer") {
                let waiting = try await database.connection.query(
                    "SELECT FROM pg_stat_progress_create_index WHERE phase LIKE 'waiting for%' AND lockers_total > 0")
                return !waiting.isEmpty
            }
            try await writer.execute("COMMIT")
            #expect(try await running.value == [index.name])
            #expect(try await database.invalidIndexes() == [])
            await writer.close()
        }
    }

    @Test(arguments: [
        "DROP INDEX CONCURRENTLY loads_id", "REINDEX INDEX CONCURRENTLY loads_id", "VACUUM loads",
        "ALTER TABLE loads ADD x int; REINDEX TABLE CONCURRENTLY loads; ALTER TABLE loads ADD y int",
    ])
    func `other statements outside transactions run as well`(sql: String) async throws {
        let other = migration("20261103000000_other", expand: sql)
        try await ExecutionFixture.use { database in
            try await database.apply([table, index])
            #expect(try await database.apply([table, index, other]) == [other.name])
            #expect(try await database.invalidIndexes() == [])
        }
    }
}
