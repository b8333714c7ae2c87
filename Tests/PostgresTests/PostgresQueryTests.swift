import Foundation
import Postgres
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(2)))
struct PostgresQueryTests {
    @Test func `bound values come back as they were`() async throws {
        try await withConnection { connection in
            let moment = Date(timeIntervalSince1970: 1_700_000_000.123456)
            let bytes = Data([0, 92, 255])
            let identifier = UUID()
            let amount = try #require(Decimal(string: "1234567890123.45"))
            let rows = try await connection.query(
                """
                SELECT \(-7) AS int, \(Int32(8)) AS int32, \(Int64.max) AS int64, \(0.1) AS double, \(true) AS bool,
                \("naïve ' \" \\ $1") AS text, \(moment) AS moment, \(bytes) AS bytes, \(identifier) AS uuid,
                \(amount) AS amount, \(["a", "\"b\\,}", ""]) AS texts, \([1, -2]) AS ints, \([Int]()) AS none,
                \(nil as String?) AS missing, \(5 as Int?) AS present
                """)
            let row = try #require(rows.first)
            #expect(try row.decode("int") == -7)
            #expect(try row.decode("int32") == Int32(8))
            #expect(try row.decode("int64") == Int64.max)
            #expect(try row.decode("double") == 0.1)
            #expect(try row.decode("bool") == true)
            #expect(try row.decode("text") == "naïve ' \" \\ $1")
            #expect(try abs(row.decode("moment", as: Date.self).timeIntervalSince(moment)) < 0.000_001)
            #expect(try row.decode("bytes") == bytes)
            #expect(try row.decode("uuid") == identifier)
            #expect(try row.decode("amount") == amount)
            #expect(try row.decode("texts") == ["a", "\"b\\,}", ""])
            #expect(try row.decode("ints") == [1, -2])
            #expect(try row.decode("none") == [Int]())
            #expect(try row.decode("missing", as: String?.self) == nil)
            #expect(try row.decode("present", as: Int?.self) == 5)
        }
    }

    @Test(arguments: ["1970-01-01 00:00:00+00", "1969-12-31 23:59:59.999999+00", "0001-01-01 00:00:00+00"])
    func `points in time keep their microseconds`(text: String) async throws {
        try await withConnection { connection in
            let read = try await connection.query("SELECT \(text)::timestamptz AS moment")
            let moment = try #require(read.first).decode("moment", as: Date.self)
            #expect(try await connection.value("SELECT \(moment) = \(text)::timestamptz AS value") == true)
        }
    }

    @Test(arguments: [
        "'; DROP TABLE loads; --", "\\'; DROP TABLE loads; --", "$1", "\"; DROP TABLE loads", "') OR true --",
    ])
    func `an injection attempt stays data`(attempt: String) async throws {
        try await withConnection { connection in
            try await connection.execute("CREATE TABLE loads (customer text)")
            #expect(try await connection.execute("INSERT INTO loads VALUES (\(attempt)), ('other')") == 2)
            let rows = try await connection.query("SELECT customer FROM loads WHERE customer = \(attempt)")
            #expect(try rows.map { try $0.decode("customer", as: String.self) } == [attempt])
            try await connection.execute("CREATE TABLE \(identifier: attempt) (id int)")
            #expect(try await connection.value("SELECT \(literal: attempt) AS value") == attempt)
        }
    }

    @Test func `a refusal carries the server's facts and leaves the connection usable`() async throws {
        try await withConnection { connection in
            try await connection.executeScript(
                "CREATE TABLE drivers (id int PRIMARY KEY); INSERT INTO drivers VALUES (1)")
            let refusal = await #expect(throws: PostgresError.self) {
                try await connection.execute("INSERT INTO drivers VALUES (1)")
            }
            guard case .server("23505", let message, let detail, nil) = refusal else {
                Issue.record("unexpected: \(String(describing: refusal))")
                return
            }
            #expect(message.contains("drivers_pkey"))
            #expect(detail?.contains("(id)=(1)") == true)
            #expect(try await connection.query("SELECT id FROM drivers").count == 1)
        }
    }

    @Test func `reading a column wrongly is refused by its name`() async throws {
        try await withConnection { connection in
            let row = try #require(try await connection.query("SELECT NULL AS empty, 'x' AS letter").first)
            for (column, reason) in [("empty", "null"), ("letter", "form"), ("absent", "empty, letter")] {
                let refusal = #expect(throws: PostgresError.self) { try row.decode(column, as: Int.self) }
                #expect(refusal.map { "\($0)" }?.contains("'\(column)'") == true)
                #expect(refusal.map { "\($0)" }?.contains(reason) == true)
            }
        }
    }

    @Test func `more rows than the limit are refused and the connection stays usable`() async throws {
        try await withConnection { connection in
            await #expect(throws: PostgresError.tooManyRows(limit: PostgresLimits.rows)) {
                try await connection.query("SELECT generate_series(1, 10000000)")
            }
            let one: Int = try await connection.value("SELECT 1 AS value")
            #expect(one == 1)
        }
    }

    @Test func `a script runs whole or not at all`() async throws {
        try await withConnection { connection in
            await #expect(throws: PostgresError.self) {
                try await connection.executeScript("CREATE TABLE first (id int); SELECT 1 / 0")
            }
            let tables = try await connection.query("SELECT 1 FROM pg_tables WHERE tablename = 'first'")
            #expect(tables.isEmpty)
        }
    }

    @Test func `a transaction whose body throws leaves nothing`() async throws {
        struct Change: Error {}
        try await withConnection { connection in
            try await connection.execute("CREATE TABLE loads (id int)")
            await #expect(throws: Change.self) {
                try await connection.transaction { connection in
                    try await connection.execute("INSERT INTO loads VALUES (1)")
                    throw Change()
                }
            }
            let rows = try await connection.transaction { connection in
                try await connection.query("SELECT id FROM loads")
            }
            #expect(rows.isEmpty)
        }
    }

    @Test func `COPY through a query ends the connection instead of hanging`() async throws {
        try await withConnection { connection in
            await #expect(throws: PostgresError.self) { try await connection.query("COPY pg_class TO STDOUT") }
            #expect(await connection.isReusable() == false)
        }
    }
}
