import Glibc
import Postgres
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(2)))
struct PostgresPoolTests {
    @Test func `many tasks share few connections`() async throws {
        try await PostgresFixture.withDatabase { address in
            let pool = PostgresPool(address: address, size: 3, applicationName: "pool", waitLimit: .seconds(60))
            let processes = try await withThrowingTaskGroup(of: Int.self) { group in
                for _ in 0..<100 {
                    group.addTask {
                        try await pool.withConnection { connection in
                            let rows = try await connection.query("SELECT pg_backend_pid() AS process")
                            return try rows[0].decode("process")
                        }
                    }
                }
                return try await group.reduce(into: Set<Int>()) { $0.insert($1) }
            }
            #expect((1...3).contains(processes.count))
            await pool.close()
        }
    }

    @Test func `a caller does not wait for ever for a connection`() async throws {
        try await PostgresFixture.withDatabase { address in
            let limit = Duration.milliseconds(100)
            let pool = PostgresPool(address: address, size: 1, applicationName: "pool", waitLimit: limit)
            try await pool.withConnection { _ in
                await #expect(throws: PostgresError.poolExhausted(size: 1, waited: limit)) {
                    try await pool.withConnection { _ in }
                }
            }
            try await pool.withConnection { connection in try await connection.execute("SELECT 1") }
            await pool.close()
        }
    }

    @Test func `a cancelled caller stops waiting for a connection`() async throws {
        try await PostgresFixture.withDatabase { address in
            let pool = PostgresPool(address: address, size: 1, applicationName: "pool", waitLimit: .seconds(600))
            try await pool.withConnection { _ in
                let waiting = Task { try await pool.withConnection { _ in } }
                waiting.cancel()
                await #expect(throws: CancellationError.self) { try await waiting.value }
            }
            await pool.close()
        }
    }

    @Test func `a connection left in a transaction is not lent again`() async throws {
        try await PostgresFixture.withDatabase { address in
            let pool = PostgresPool(address: address, size: 1, applicationName: "pool")
            try await pool.withConnection { connection in
                try await connection.executeScript("BEGIN; CREATE TABLE leftover (id int)")
            }
            try await pool.withConnection { connection in
                let rows = try await connection.query("SELECT 1 FROM pg_tables WHERE tablename = 'leftover'")
                #expect(rows.isEmpty)
            }
            await pool.close()
        }
    }

    @Test func `a closed pool refuses callers and those who wait`() async throws {
        try await PostgresFixture.withDatabase { address in
            let pool = PostgresPool(address: address, size: 1, applicationName: "pool", waitLimit: .seconds(600))
            await pool.close()
            await #expect(throws: PostgresError.poolClosed) { try await pool.withConnection { _ in } }
        }
    }

    @Test func `a pool works again after the server was killed under it`() async throws {
        let server = try await DisposableCluster.start()
        let pool = try PostgresPool(
            address: server.cluster.superuserAddress(), size: 3, applicationName: "pool", waitLimit: .seconds(60))
        try await pool.fill(3)
        let sleeping = Task {
            try await pool.withConnection { connection in try await connection.query("SELECT pg_sleep(600)") }
        }
        try await PostgresFixture.eventuallySleeping(1, in: server.cluster.superuserAddress())
        let killed = try server.serverProcess()
        #expect(kill(killed, SIGKILL) == 0)
        try await eventually("another server process") {
            let process = try? server.serverProcess()
            return process != nil && process != killed
        }
        try await server.cluster.waitUntilReady(deadline: .seconds(60))
        let loss = await #expect(throws: PostgresError.self) { try await sleeping.value }
        guard case .connectionLost = loss else {
            Issue.record("unexpected: \(String(describing: loss))")
            return
        }
        try await pool.fill(3)
        await pool.close()
        server.stop()
    }
}

extension PostgresPool {
    /// Uses so many connections at once, each lent while all the others are.
    func fill(_ count: Int) async throws {
        guard count > 0 else { return }
        try await withConnection { connection in
            try await connection.execute("SELECT 1")
            try await fill(count - 1)
        }
    }
}
