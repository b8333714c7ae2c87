import Postgres
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(2)))
struct PostgresNoticeTests {
    @Test func `what the server says beside its answers is kept, once, and only when asked for`() async throws {
        try await withConnection { connection in
            try await connection.executeScript("DO $$ BEGIN RAISE NOTICE 'before'; END $$")
            await connection.collectNotices()
            try await connection.executeScript(
                """
                SET client_min_messages = 'debug1';
                CREATE TABLE loads AS SELECT 1 AS weight;
                ALTER TABLE loads ALTER COLUMN weight TYPE bigint;
                DO $$ BEGIN RAISE WARNING 'after'; END $$
                """)
            let notices = await connection.takeNotices()
            #expect(notices.map(\.message).contains { $0.hasPrefix("rewriting table \"loads\"") })
            #expect(notices.last == PostgresNotice(severity: "WARNING", sqlState: "01000", message: "after"))
            #expect(!notices.contains { $0.message == "before" })
            #expect(await connection.takeNotices() == [])
        }
    }

    @Test func `notices are bounded`() async throws {
        try await withConnection { connection in
            await connection.collectNotices()
            try await connection.executeScript(
                "DO $$ BEGIN FOR n IN 1 .. \(PostgresLimits.notices + 500) LOOP RAISE NOTICE '%', n; END LOOP; END $$")
            #expect(await connection.takeNotices().count == PostgresLimits.notices)
        }
    }
}
