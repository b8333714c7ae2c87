import Foundation
import Postgres
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(2)))
struct PostgresInterruptionTests {
    @Test func `a cancelled task cancels its statement on the server`() async throws {
        try await withConnection { connection in
            let sleeping = Task { try await connection.query("SELECT pg_sleep(600)") }
            try await PostgresFixture.eventuallySleeping(1, in: connection.address)
            sleeping.cancel()
            await #expect(throws: CancellationError.self) { try await sleeping.value }
            try await PostgresFixture.eventuallySleeping(0, in: connection.address)
            #expect(try await connection.value("SELECT 1 AS value") == 1)
        }
    }

    @Test func `statements that wait, more of them than the machine has cores, hold up nobody else`() async throws {
        try await withConnection { connection in
            let address = connection.address
            let count = ProcessInfo.processInfo.activeProcessorCount + 2
            let sleeping = Task {
                try await withThrowingTaskGroup(of: Void.self) { group in
                    for _ in 0..<count {
                        group.addTask {
                            _ = try await PostgresConnection.using(address, applicationName: "sleeper") {
                                try await $0.query("SELECT pg_sleep(600)", deadline: .seconds(60))
                            }
                        }
                    }
                    try await group.waitForAll()
                }
            }
            try await PostgresFixture.eventuallySleeping(count, in: address)
            sleeping.cancel()
            await #expect(throws: (any Error).self) { try await sleeping.value }
        }
    }

    @Test func `a statement past its deadline is cancelled and told as a timeout`() async throws {
        try await withConnection { connection in
            await #expect(throws: PostgresError.timeout(waitedFor: "a statement", limit: .milliseconds(100))) {
                try await connection.query("SELECT pg_sleep(600)", deadline: .milliseconds(100))
            }
            let one: Int = try await connection.value("SELECT 1 AS value")
            #expect(one == 1)
        }
    }

    @Test func `a cancelled transaction is rolled back`() async throws {
        try await withConnection { connection in
            try await connection.execute("CREATE TABLE loads (id int)")
            let writing = Task {
                try await connection.transaction { connection in
                    try await connection.execute("INSERT INTO loads VALUES (1)")
                    try await connection.execute("SELECT pg_sleep(600)")
                }
            }
            try await PostgresFixture.eventuallySleeping(1, in: connection.address)
            writing.cancel()
            await #expect(throws: CancellationError.self) { try await writing.value }
            #expect(try await connection.query("SELECT id FROM loads").isEmpty)
        }
    }

    @Test func `connecting to a server that never answers ends at the deadline`() async throws {
        try await withTemporaryFolder { folder in
            let silent = try SilentSocket(folder: folder)
            let address = PostgresAddress(parameters: ["host": folder, "port": "5432", "user": "nobody"])
            await #expect(throws: PostgresError.self) {
                try await PostgresConnection.connect(
                    to: address, applicationName: "test", connectDeadline: .milliseconds(200))
            }
            let connecting = Task { try await PostgresConnection.connect(to: address, applicationName: "test") }
            connecting.cancel()
            await #expect(throws: CancellationError.self) { _ = try await connecting.value }
            silent.close()
        }
    }

    @Test func `a wrong password is told without the password`() async throws {
        try await PostgresFixture.withDatabase { address in
            var parameters = address.parameters
            parameters["password"] = "correct horse"
            let refusal = await #expect(throws: PostgresError.self) {
                try await PostgresConnection.connect(
                    to: PostgresAddress(parameters: parameters), applicationName: "test")
            }
            let text = try #require(refusal.map { "\($0)" })
            #expect(text.contains("password authentication failed"))
            #expect(!text.contains("correct horse"))
        }
    }
}

extension PostgresFixture {
    /// Waits until so many sessions of the address's database are inside `pg_sleep`.
    static func eventuallySleeping(_ count: Int, in address: PostgresAddress) async throws {
        let observer = try await PostgresConnection.connect(to: address, applicationName: "observer")
        try await eventually("\(count) sleeping sessions") {
            let rows = try await observer.query(
                """
                SELECT 1 FROM pg_stat_activity
                WHERE datname = current_database() AND wait_event = 'PgSleep' AND state = 'active'
                """)
            return rows.count == count
        }
        await observer.close()
    }
}
