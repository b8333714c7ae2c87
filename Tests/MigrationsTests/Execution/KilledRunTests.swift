import Foundation
import Migrations
import Postgres
import Subprocess
import SystemPackage
import TestSupport
import Testing

/// `switchyard migration apply` killed at each point where that makes a difference, and run again.
@Suite(.serialized, .timeLimit(.minutes(5)))
struct KilledRunTests {
    private static let boundaries = [
        "turn", "prepared", "began:expand", "ran:expand:1", "ran:expand:2", "committing:expand:2", "committed:expand:2",
        "begun:expand:3", "built:expand:3", "committed:expand:3", "ran:expand:4", "committing:expand:4",
        "committed:expand:4", "completed:expand",
    ]

    @Test(arguments: boundaries)
    func `the next run completes an expansion that was killed`(at boundary: String) async throws {
        try await PostgresFixture.withDatabase { address in
            try await withMigrations { folder in
                let killed = try await apply(folder, at: address, fault: boundary)
                #expect(killed == .signaled(SIGKILL), "the boundary is reached")
                try await expectContinuation(of: folder, at: address)
            }
        }
    }

    @Test(arguments: [
        "began:backfill", "batch:backfill", "batched:backfill", "committing:backfill", "completed:backfill",
    ])
    func `the next run completes a backfill that was killed`(at boundary: String) async throws {
        try await PostgresFixture.withDatabase { address in
            try await withMigrations { folder in
                #expect(try await apply(folder, at: address) == .exited(0))
                let killed = try await apply(folder, at: address, phase: "backfill", fault: boundary)
                #expect(killed == .signaled(SIGKILL), "the boundary is reached")
                #expect(try await apply(folder, at: address, phase: "backfill") == .exited(0))
                try await PostgresConnection.using(address, applicationName: "test") { connection in
                    let once: Int = try await connection.value("SELECT count(*) AS value FROM loads WHERE seen = 1")
                    #expect(once == 1_000)
                }
            }
        }
    }

    /// The server goes on with an index whose client is gone; the next run waits for that and takes it over.
    @Test func `a run that is killed while the server builds an index leaves none that is invalid`() async throws {
        try await PostgresFixture.withDatabase { address in
            try await withMigrations { folder in
                #expect(try await apply(folder, at: address, fault: "begun:expand:3") == .signaled(SIGKILL))
                let writer = try await PostgresConnection.connect(to: address, applicationName: "writer")
                try await writer.executeScript("BEGIN; UPDATE loads SET id = id")
                // What others do is seen once in a transaction, so another session looks.
                let watcher = try await PostgresConnection.connect(to: address, applicationName: "watcher")
                try await withThrowingTaskGroup(of: TerminationStatus.self) { group in
                    group.addTask { try await apply(folder, at: address) }
                    try await eventually("the server builds the index") {
                        let building = try await watcher.query(
                            "SELECT FROM pg_stat_progress_create_index WHERE datname = current_database()")
                        return !building.isEmpty
                    }
                    let client = try await watcher.query(
                        """
                        SELECT substring(application_name FROM 'process ([0-9]+)')::int AS process FROM pg_stat_activity
                        WHERE application_name LIKE 'switchyard migration apply %' AND datname = current_database()
                        """)
                    kill(try #require(client.first).decode("process", as: Int32.self), SIGKILL)
                    #expect(try await group.next() == .signaled(SIGKILL))
                }
                try await writer.execute("COMMIT")
                await writer.close()
                await watcher.close()
                try await expectContinuation(of: folder, at: address)
            }
        }
    }

    /// Runs the folder again and expects each statement once and no index that is invalid.
    private func expectContinuation(of folder: String, at address: PostgresAddress) async throws {
        #expect(try await apply(folder, at: address) == .exited(0))
        try await PostgresConnection.using(address, applicationName: "test") { connection in
            let invalid: Int = try await connection.value(
                "SELECT count(*) AS value FROM pg_index WHERE NOT indisvalid")
            #expect(invalid == 0)
            let marks: Int = try await connection.value("SELECT count(*) AS value FROM marks")
            #expect(marks == 1, "each statement took effect once")
            let indexes: Int = try await connection.value(
                "SELECT count(*) AS value FROM pg_indexes WHERE tablename = 'loads' AND indexname LIKE 'loads_weight%'")
            #expect(indexes == 1)
            let finished: Int = try await connection.value(
                "SELECT count(*) AS value FROM switchyard.migration_statements WHERE finished_at IS NOT NULL")
            #expect(finished == 4)
            let events: Int = try await connection.value(
                "SELECT count(*) AS value FROM switchyard.migration_events WHERE action = 'applied'")
            #expect(events == 1)
        }
    }

    /// Runs the program that ships.
    private func apply(
        _ folder: String, at address: PostgresAddress, phase: String = "expand", fault: String? = nil
    ) async throws -> TerminationStatus {
        var environment: [Environment.Key: String?] = ["DATABASE_URL": address.url]
        if let fault {
            environment["SWITCHYARD_FAULTS"] = "1"
            environment["SWITCHYARD_FAULT"] = fault
        }
        return try await run(
            .path(FilePath(SwitchyardFixture.program)),
            arguments: ["migration", "apply", folder, "--phase", phase],
            environment: .inherit.updating(environment), output: .discarded, error: .string(limit: 1_048_576)
        ).terminationStatus
    }

    private func withMigrations(_ body: (String) async throws -> Void) async throws {
        try await withTemporaryFolder { folder in
            let path = "\(folder)/20261101000000_loads"
            try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
            try Self.expand.write(toFile: "\(path)/expand.sql", atomically: false, encoding: .utf8)
            try Self.backfill.write(toFile: "\(path)/backfill.sql", atomically: false, encoding: .utf8)
            try await body(folder)
        }
    }

    private static let expand = """
        CREATE TABLE loads (id int PRIMARY KEY, weight int, seen int NOT NULL DEFAULT 0);
        INSERT INTO loads SELECT n, n FROM generate_series(1, 1000) n;
        CREATE INDEX CONCURRENTLY IF NOT EXISTS loads_weight ON loads (weight);
        CREATE TABLE marks AS SELECT 1 AS mark;
        """
    private static let backfill = """
        -- key: loads.id
        -- batch: 200
        UPDATE loads SET seen = seen + 1 WHERE id BETWEEN $1 AND $2;
        """
}
