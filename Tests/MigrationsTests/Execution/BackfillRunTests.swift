import Migrations
import Postgres
import Synchronization
import TestSupport
import Testing

@Suite(.serialized, .timeLimit(.minutes(3)))
struct BackfillRunTests {
    private let steps = migration(
        "20261101000000_loads",
        expand: """
            CREATE TABLE loads (id int PRIMARY KEY, weight int NOT NULL, kilograms int, seen int NOT NULL DEFAULT 0);
            INSERT INTO loads SELECT n * 3, n FROM generate_series(1, 5000) n;
            """,
        backfill: """
            -- key: loads.id
            -- batch: 100
            UPDATE loads SET kilograms = weight * 2, seen = seen + 1 WHERE id BETWEEN $1 AND $2;
            """,
        contract: "ALTER TABLE loads DROP COLUMN weight")

    @Test func `every row is changed once, and what comes later is left to the expansion`() async throws {
        try await ExecutionFixture.use { database in
            try await database.apply([steps])
            #expect(try await database.apply([steps], .backfill) == [steps.name])
            #expect(try await database.apply([steps], .backfill) == [])
            let done = try await database.count(
                "SELECT count(*) AS value FROM loads WHERE kilograms = weight * 2 AND seen = 1")
            #expect(done == 5_000)
            let batches = try await database.count("SELECT batches AS value FROM switchyard.migration_backfills")
            #expect(batches > 1)
        }
    }

    @Test func `a backfill that is cut off again and again sees every row once`() async throws {
        try await ExecutionFixture.use { database in
            try await database.apply([steps])
            var careful = database
            careful.backfillLimits.batchTarget = .milliseconds(1)
            for batches in [1, 2, 1] {
                let seen = Mutex(0)
                let executor = careful.executor(boundary: { boundary in
                    guard boundary == "batch:backfill" else { return }
                    let count = seen.withLock { count in
                        count += 1
                        return count
                    }
                    if count > batches { withUnsafeCurrentTask { $0?.cancel() } }
                })
                let running = Task { try await executor.apply([steps], .backfill, cause: .test) }
                await #expect(throws: CancellationError.self) { try await running.value }
            }
            let partly = try await database.count("SELECT count(*) AS value FROM loads WHERE seen = 1")
            #expect(partly > 0 && partly < 5_000)
            #expect(try await database.apply([steps], .backfill) == [steps.name])
            #expect(try await database.count("SELECT count(*) AS value FROM loads WHERE seen = 1") == 5_000)
        }
    }

    @Test func `rows that the application has locked are waited for without holding others up`() async throws {
        try await ExecutionFixture.use { database in
            try await database.apply([steps])
            let holder = try await PostgresConnection.connect(to: database.address, applicationName: "clerk")
            try await holder.executeScript("BEGIN; UPDATE loads SET weight = weight WHERE id = 600")
            let running = Task { try await database.apply([steps], .backfill) }
            try await eventually("the backfill has come as far as the locked row") {
                let rows = try await database.connection.query("SELECT rows FROM switchyard.migration_backfills")
                return try rows.first?.decode("rows", as: Int.self) ?? 0 >= 100
            }
            try await holder.execute("COMMIT")
            #expect(try await running.value == [steps.name])
            #expect(try await database.count("SELECT count(*) AS value FROM loads WHERE seen = 1") == 5_000)
            await holder.close()
        }
    }

    @Test func `an application in trouble pauses it, with the reason, and it goes on afterwards`() async throws {
        try await ExecutionFixture.use { database in
            try await database.apply([steps])
            let isInTrouble = Mutex(true)
            let executor = database.executor(applicationTrouble: {
                isInTrouble.withLock { $0 } ? "the error budget is used up" : nil
            })
            let running = Task { try await executor.apply([steps], .backfill, cause: .test) }
            try await eventually("the pause is told") {
                database.events.all.contains(.paused(steps.name, reason: "the error budget is used up"))
            }
            isInTrouble.withLock { $0 = false }
            #expect(try await running.value == [steps.name])
        }
    }

    @Test func `sessions that wait for locks pause it, with the reason, and it goes on afterwards`() async throws {
        try await ExecutionFixture.use { database in
            try await database.apply([steps])
            try await database.connection.execute("CREATE TABLE gate (id int)")
            let holder = try await PostgresConnection.connect(to: database.address, applicationName: "holder")
            try await holder.executeScript("BEGIN; LOCK TABLE gate")
            let clerks = (0..<2).map { _ in
                Task {
                    try await PostgresConnection.using(database.address, applicationName: "clerk") { connection in
                        _ = try await connection.query("SELECT FROM gate")
                    }
                }
            }
            try await eventually("two sessions that wait") {
                try await database.count(
                    "SELECT count(*) AS value FROM pg_locks WHERE NOT granted AND relation = 'gate'::regclass") == 2
            }
            var careful = database
            careful.backfillLimits.waitingSessions = 1
            let executor = careful.executor
            let running = Task { try await executor.apply([steps], .backfill, cause: .test) }
            try await eventually("the pause is told") {
                database.events.all.contains { "\($0)".hasSuffix("sessions wait for locks (limit 1)") }
            }
            #expect(try await database.count("SELECT count(*) AS value FROM loads WHERE seen = 1") == 0)
            try await holder.execute("COMMIT")
            #expect(try await running.value == [steps.name])
            #expect(try await database.count("SELECT count(*) AS value FROM loads WHERE seen = 1") == 5_000)
            for clerk in clerks { try await clerk.value }
            await holder.close()
        }
    }

    @Test func `a server that writes much WAL pauses it, with the reason, and it goes on afterwards`() async throws {
        try await ExecutionFixture.use { database in
            try await database.apply([steps])
            // Far more than the short batches write themselves.
            let isWriting = Mutex(true)
            let writer = Task {
                try await PostgresConnection.using(database.address, applicationName: "importer") { connection in
                    while isWriting.withLock({ $0 }) {
                        _ = try await connection.query(
                            "SELECT pg_logical_emit_message(false, 'import', repeat('x', 4194304))")
                    }
                }
            }
            var careful = database
            careful.backfillLimits.batchTarget = .milliseconds(1)
            careful.backfillLimits.lookPause = .milliseconds(10)
            careful.backfillLimits.walBytesPerSecond = 8 << 20
            let executor = careful.executor
            let running = Task { try await executor.apply([steps], .backfill, cause: .test) }
            try await eventually("the pause is told") {
                database.events.all.contains { "\($0)".hasSuffix("MiB/s of WAL (limit 8 MiB/s)") }
            }
            #expect(try await database.count("SELECT count(*) AS value FROM loads WHERE seen = 1") < 5_000)
            isWriting.withLock { $0 = false }
            try await writer.value
            #expect(try await running.value == [steps.name])
            #expect(try await database.count("SELECT count(*) AS value FROM loads WHERE seen = 1") == 5_000)
        }
    }

    @Test func `a pause that does not end ends the run, and nothing is lost`() async throws {
        try await ExecutionFixture.use { database in
            try await database.apply([steps])
            var impatient = database
            impatient.backfillLimits.pausePatience = .milliseconds(300)
            let executor = impatient.executor(applicationTrouble: { "the error budget is used up" })
            let refusal = await #expect(throws: ExecutionError.self) {
                try await executor.apply([steps], .backfill, cause: .test)
            }
            #expect(refusal.map { "\($0)".contains("error budget") } == true)
            #expect(try await database.apply([steps], .backfill) == [steps.name])
        }
    }

    @Test(arguments: [
        ("CREATE TABLE loads (id int, note text)", "may be null"),
        ("CREATE TABLE loads (id int NOT NULL, note text)", "no unique index"),
        ("CREATE TABLE loads (number int PRIMARY KEY, note text)", "no column id"),
    ])
    func `a key along which rows could be missed is refused`(table: String, reason: String) async throws {
        let keyless = migration(
            "20261101000000_loads", expand: table,
            backfill: "-- key: loads.id\nUPDATE loads SET note = '' WHERE id BETWEEN $1 AND $2")
        try await ExecutionFixture.use { database in
            try await database.apply([keyless])
            let refusal = await #expect(throws: ExecutionError.self) { try await database.apply([keyless], .backfill) }
            #expect(refusal.map { "\($0)".contains(reason) } == true, "\(String(describing: refusal))")
        }
    }

    @Test(arguments: ["text", "uuid", "timestamptz", "numeric"])
    func `keys of every type that can be ordered are walked along`(type: String) async throws {
        let values = [
            "text": "md5(n::text) || ''''", "uuid": "md5(n::text)::uuid", "timestamptz": "now() + n * interval '1.5 s'",
            "numeric": "n / 7.0",
        ]
        let typed = migration(
            "20261101000000_loads",
            expand: """
                CREATE TABLE loads (id \(type) PRIMARY KEY, seen int NOT NULL DEFAULT 0);
                INSERT INTO loads SELECT \(values[type] ?? "") FROM generate_series(1, 1000) n;
                """,
            backfill: """
                -- key: loads.id
                -- batch: 70
                UPDATE loads SET seen = seen + 1 WHERE id BETWEEN $1 AND $2;
                """)
        try await ExecutionFixture.use { database in
            try await database.apply([typed])
            try await database.apply([typed], .backfill)
            #expect(try await database.count("SELECT count(*) AS value FROM loads WHERE seen = 1") == 1_000)
        }
    }

    @Test func `a phase does not run before those that come before it`() async throws {
        try await ExecutionFixture.use { database in
            for phase in [MigrationPhase.backfill, .contract] {
                await #expect(throws: ExecutionError.phaseMissing(steps.name, phase, missing: .expand)) {
                    try await database.apply([steps], phase)
                }
            }
            try await database.apply([steps])
            await #expect(throws: ExecutionError.phaseMissing(steps.name, .contract, missing: .backfill)) {
                try await database.apply([steps], .contract)
            }
            try await database.apply([steps], .backfill)
            #expect(try await database.apply([steps], .contract) == [steps.name])
        }
    }
}
