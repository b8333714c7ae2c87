import Migrations
import Postgres
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(2)))
struct PlanTests {
    private let migrations = [
        migration(
            "20261101000000_names", expand: "ALTER TABLE drivers ADD COLUMN alias text;",
            backfill: "-- key: drivers.id\nUPDATE drivers SET alias = name WHERE id BETWEEN $1 AND $2;",
            contract: "ALTER TABLE drivers DROP COLUMN name;", revert: "ALTER TABLE drivers DROP COLUMN alias;"),
        migration("20261102000000_index", expand: "CREATE INDEX CONCURRENTLY drivers_alias ON drivers (alias);"),
    ]

    @Test func `a plan tells all that is pending in its order, and how each statement runs`() async throws {
        try await ExecutionFixture.use { fixture in
            try await fixture.connection.execute("CREATE TABLE drivers (id int PRIMARY KEY, name text)")
            let plan = try await fixture.executor.plan(migrations)
            #expect(
                plan.steps.map { "\($0.phase.rawValue) \($0.migration)" } == [
                    "expand 20261101000000_names", "expand 20261102000000_index", "backfill 20261101000000_names",
                    "contract 20261101000000_names",
                ])
            #expect(plan.steps.flatMap(\.statements).map(\.mode) == [.transaction, .alone, .batches, .transaction])
            #expect(plan.steps.map(\.hasRevert) == [true, false, true, true])
            #expect(plan.obstacles == [])
        }
    }

    @Test func `the digest follows the files and the catalog, and nothing else`() async throws {
        try await ExecutionFixture.use { fixture in
            try await fixture.connection.execute("CREATE TABLE drivers (id int PRIMARY KEY, name text)")
            let first = try await fixture.executor.plan(migrations).digest
            try await fixture.connection.execute("INSERT INTO drivers VALUES (1, 'Ada')")
            #expect(try await fixture.executor.plan(migrations).digest == first)
            #expect(try await fixture.executor.plan([migrations[0]]).digest != first)
            try await fixture.connection.execute("ALTER TABLE drivers ADD COLUMN licence text")
            #expect(try await fixture.executor.plan(migrations).digest != first)
        }
    }

    @Test func `what stands in the way is told with the plan`() async throws {
        try await ExecutionFixture.use { fixture in
            try await fixture.connection.execute("CREATE TABLE drivers (id int PRIMARY KEY, name text)")
            try await fixture.apply([migrations[1].expanding("CREATE INDEX CONCURRENTLY a ON drivers (name);")])
            let plan = try await fixture.executor.plan(migrations)
            #expect(plan.obstacles.first?.contains("was edited after it was applied") == true, "\(plan.obstacles)")
        }
    }
}

extension PlanTests {
    @Test(arguments: [
        ("id int, name text", "ALTER TABLE drivers ADD COLUMN alias text", "may be null"),
        ("id int NOT NULL, name text", "ALTER TABLE drivers ADD COLUMN alias text", "no unique index"),
        ("id int, name text", "ALTER TABLE drivers ADD PRIMARY KEY (id)", nil as String?),
        ("id int PRIMARY KEY, name text", "ALTER TABLE drivers ADD COLUMN alias text", nil),
    ])
    func `a key of no use stands in the way of a backfill, unless the expansion mends it`(
        columns: String, expand: String, obstacle: String?
    ) async throws {
        let steps = migration(
            "20261101000000_names", expand: expand,
            backfill: "-- key: drivers.id\nUPDATE drivers SET name = '' WHERE id BETWEEN $1 AND $2")
        try await ExecutionFixture.use { fixture in
            try await fixture.connection.executeScript("CREATE TABLE drivers (\(columns))")
            let obstacles = try await fixture.executor.plan([steps]).obstacles.filter { $0.contains("backfill") }
            #expect(obstacles.count == (obstacle == nil ? 0 : 1), "\(obstacles)")
            if let obstacle { #expect(obstacles.first?.contains(obstacle) == true, "\(obstacles)") }
        }
    }
}

extension Migration {
    fileprivate func expanding(_ sql: String) -> Migration {
        Migrations.Migration(
            name: name, steps: [MigrationStep(phase: .expand, file: "\(name)/expand.sql", sql: sql)])
    }
}
