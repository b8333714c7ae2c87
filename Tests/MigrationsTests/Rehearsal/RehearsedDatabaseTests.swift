import Migrations
import Postgres
import TestSupport
import Testing

/// What is looked at before a clone is made.
@Suite(.timeLimit(.minutes(1)))
struct RehearsedDatabaseTests {
    @Test func `a server that is too old is refused with its version`() async throws {
        try await withConnection { connection in
            let version: String = try await connection.value("SELECT split_part(version(), ' ', 2) AS value")
            let refusal = RehearsalError.serverTooOld(version: version)
            await #expect(throws: refusal) {
                try await RehearsedDatabase.examine(connection.address, oldest: 999_999)
            }
            #expect("\(refusal)".hasSuffix("a rehearsal needs 15 or newer: upgrade it first."))
        }
    }

    @Test func `a disk that backup and clone would fill is refused with what they may need`() async throws {
        try await withConnection { connection in
            try await connection.executeScript(
                "CREATE TABLE loads AS SELECT n, repeat('x', 1000) FROM generate_series(1, 2000) n")
            let database = try await RehearsedDatabase.examine(connection.address)
            let needed = 2 * database.sizeInBytes + database.largestTableInBytes + 256 * 1_048_576
            #expect(database.largestTableInBytes > 2_000_000)
            #expect(
                throws: RehearsalError.diskTooSmall(folder: "/srv", neededBytes: needed, freeBytes: needed - 1)
            ) { try database.checkDisk(at: "/srv", freeBytes: needed - 1) }
            #expect(throws: Never.self) { try database.checkDisk(at: "/srv", freeBytes: needed) }
        }
    }
}
