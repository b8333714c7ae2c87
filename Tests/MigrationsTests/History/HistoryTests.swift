import Domain
import Migrations
import Postgres
import TestSupport
import Testing

@Suite(.serialized, .timeLimit(.minutes(3)))
struct HistoryTests {
    private let first = migration(
        "20261101000000_loads", expand: "CREATE TABLE loads (id int)", revert: "DROP TABLE loads")
    private let second = migration(
        "20261102000000_customer", expand: "ALTER TABLE loads ADD COLUMN customer text",
        revert: "ALTER TABLE loads DROP COLUMN customer")
    private let third = migration("20261103000000_third", expand: "CREATE TABLE third (id int)")

    @Test func `the record of an earlier version is taken over, and stays readable for it`() async throws {
        try await ExecutionFixture.use { database in
            try await database.connection.executeScript(
                """
                CREATE TABLE loads (id int);
                CREATE SCHEMA switchyard;
                CREATE TABLE switchyard.migrations (
                    name text NOT NULL, phase text NOT NULL, sha256 text NOT NULL, release text NOT NULL,
                    deployment bigint NOT NULL, applied_at timestamptz NOT NULL DEFAULT clock_timestamp(),
                    duration_ms bigint NOT NULL, PRIMARY KEY (name, phase))
                """)
            try await database.connection.execute(
                """
                INSERT INTO switchyard.migrations (name, phase, sha256, release, deployment, duration_ms)
                VALUES (\(first.name.rawValue), 'expand', \(first.expand?.sha256), '1.0.0', 3, 12)
                """)
            #expect(try await database.executor.pending([first, second]) == [second])
            #expect(try await database.executor.history(last: 10).map(\.name) == [first.name.rawValue])
            #expect(try await database.apply([first, second]) == [second.name])
            let events = try await database.executor.history(last: 10)
            #expect(events.map(\.name) == [first.name.rawValue, second.name.rawValue])
            #expect(events.map(\.release) == ["1.0.0", "1.1.0"])
            #expect(events.map(\.databaseUser) == [nil, "switchyard"])
            // What the earlier version asks and writes.
            try await database.connection.execute(
                """
                INSERT INTO switchyard.migrations (name, phase, sha256, release, deployment, duration_ms)
                VALUES (\(third.name.rawValue), 'expand', \(third.expand?.sha256), '1.2.0', 4, 1)
                """)
            #expect(try await database.executor.pending([first, second, third]) == [])
        }
    }

    @Test func `a file that was edited after it was applied is refused with the difference`() async throws {
        let edited = migration(first.name.rawValue, expand: "CREATE TABLE loads (id bigint)")
        try await ExecutionFixture.use { database in
            try await database.apply([first])
            let attempts: [() async throws -> Void] = [
                { _ = try await database.apply([edited, second]) },
                { _ = try await database.executor.pending([edited, second]) },
            ]
            for attempt in attempts {
                let refusal = await #expect(throws: ExecutionError.self) { try await attempt() }
                let text = try #require(refusal.map { "\($0)" })
                for fact in ["-CREATE TABLE loads (id int)", "+CREATE TABLE loads (id bigint)", "expand.sql"] {
                    #expect(text.contains(fact), "\(text)")
                }
            }
            let status = try await database.executor.status(of: [edited, second])
            #expect(status.migrations.map { $0.steps.map(\.state) } == [[.edited], [.pending]])
            #expect(status.hasDrifted)
        }
    }

    @Test func `what comes from a branch with an older time is refused unless it is allowed`() async throws {
        try await ExecutionFixture.use { database in
            try await database.apply([first, third])
            await #expect(throws: ExecutionError.outOfOrder(second.name, after: third.name)) {
                try await database.apply([first, second, third])
            }
            await #expect(throws: ExecutionError.outOfOrder(second.name, after: third.name)) {
                try await database.executor.pending([first, second, third])
            }
            let names = try await database.executor.apply(
                [first, second, third], cause: .test, allowsOutOfOrder: true)
            #expect(names == [second.name])
            // A release that is older than what is applied brings nothing that is pending.
            #expect(try await database.executor.pending([first]) == [])
        }
    }

    @Test func `a revert takes back the latest, and what it was is kept in the history`() async throws {
        try await ExecutionFixture.use { database in
            try await database.apply([first, second])
            await #expect(throws: ExecutionError.appliedLater(first.name, later: second.name)) {
                try await database.executor.revert(first.name, of: [first, second], cause: .test)
            }
            #expect(try await database.executor.revert(nil, of: [first, second], cause: .test) == second.name)
            #expect(try await database.executor.pending([first, second]) == [second])
            #expect(try await database.executor.revert(first.name, of: [first, second], cause: .test) == first.name)
            #expect(try await database.tables() == [])
            #expect(try await database.apply([first, second]) == [first.name, second.name])
            let actions = try await database.executor.history(last: 10).map(\.action)
            #expect(actions == [.applied, .applied, .reverted, .reverted, .applied, .applied])
        }
    }

    @Test func `what cannot be reverted is refused with its reason`() async throws {
        let contracted = migration(
            "20261104000000_contracted", expand: "CREATE TABLE old (id int)", contract: "DROP TABLE old",
            revert: "DROP TABLE old")
        try await ExecutionFixture.use { database in
            let executor = database.executor
            await #expect(throws: ExecutionError.nothingToRevert) {
                try await executor.revert(nil, of: [first], cause: .test)
            }
            try await database.apply([first, third])
            await #expect(throws: ExecutionError.noRevert(third.name)) {
                try await executor.revert(nil, of: [first, third], cause: .test)
            }
            await #expect(throws: ExecutionError.notApplied(second.name)) {
                try await executor.revert(second.name, of: [first, second], cause: .test)
            }
            try await database.apply([first, third, contracted])
            try await database.apply([first, third, contracted], .contract)
            await #expect(throws: ExecutionError.contracted(contracted.name)) {
                try await executor.revert(nil, of: [first, third, contracted], cause: .test)
            }
        }
    }

    @Test func `an existing database is adopted by a baseline`() async throws {
        try await ExecutionFixture.use { database in
            try await database.connection.execute("CREATE TABLE loads (id int)")
            let names = try await database.executor.baseline([first, second, third], through: first.name, cause: .test)
            #expect(names == [first.name])
            #expect(try await database.apply([first, second]) == [second.name])
            #expect(try await database.executor.history(last: 10).map(\.action) == [.baselined, .applied])
            await #expect(throws: ExecutionError.unknown(third.name)) {
                try await database.executor.baseline([first], through: third.name, cause: .test)
            }
        }
    }

    @Test func `a statement that takes away in an expand step is refused with its place`() async throws {
        let taking = migration("20261104000000_taking", expand: "SELECT 1;\nALTER TABLE loads DROP COLUMN id")
        try await ExecutionFixture.use { database in
            try await database.apply([first])
            let refusal = await #expect(throws: ExecutionError.self) { try await database.apply([first, taking]) }
            #expect(refusal.map { "\($0)".contains("expand.sql:2:1") } == true)
        }
    }

    @Test func `the status tells what is begun, applied, pending and unknown`() async throws {
        let broken = migration(
            "20261104000000_broken",
            expand: "CREATE TABLE broken (id int); CREATE INDEX CONCURRENTLY b ON broken (id); SELECT 1 / 0")
        try await ExecutionFixture.use { database in
            let fresh = try await database.executor.status(of: [first])
            #expect(fresh.migrations.map { $0.steps.map(\.state) } == [[.pending]])
            try await database.apply([first, second])
            await #expect(throws: ExecutionError.self) { try await database.apply([first, second, broken]) }
            let status = try await database.executor.status(of: [second, broken, third])
            #expect(status.migrations.map { $0.steps.map(\.state) } == [[.applied], [.pending], [.begun]])
            #expect(status.migrations[2].steps[0].doneStatements == 2)
            #expect(status.unknown == [first.name.rawValue])
            #expect(!status.hasDrifted)
        }
    }

    @Test func `a role without rights is told what it lacks, and nothing is changed`() async throws {
        try await ExecutionFixture.use { database in
            let role = "limited_\(database.address.database ?? "")"
            try await database.connection.execute("CREATE ROLE \(identifier: role) LOGIN PASSWORD 'secret'")
            var parameters = database.address.parameters
            parameters["user"] = role
            parameters["password"] = "secret"
            let limited = MigrationExecutor(address: PostgresAddress(parameters: parameters))
            let refusal = await #expect(throws: ExecutionError.self) { try await limited.apply([first], cause: .test) }
            #expect(refusal.map { "\($0)".contains(role) && "\($0)".contains("CREATE") } == true)
            try await database.apply([first])
            try await database.connection.execute(
                """
                GRANT ALL ON SCHEMA switchyard TO \(identifier: role)
                """)
            try await database.connection.execute(
                "GRANT ALL ON ALL TABLES IN SCHEMA switchyard TO \(identifier: role)")
            let refused = await #expect(throws: ExecutionError.self) {
                try await limited.apply([first, second], cause: .test)
            }
            #expect(refused.map { "\($0)".contains("may not do it") } == true, "\(String(describing: refused))")
            try await database.connection.execute("DROP OWNED BY \(identifier: role)")
            try await database.connection.execute("DROP ROLE \(identifier: role)")
        }
    }
}
