import Migrations
import Postgres
import TestSupport
import Testing

/// Rehearsals for databases that Switchyard has migrated before.
extension RehearsalTests {
    @Test(arguments: [true, false])
    func `what a superuser's migration makes is seen beside the history`(isNamedLikeUs: Bool) async throws {
        try await withHistory { schema in
            try await withSuperuser(of: schema, isNamedLikeUs: isNamedLikeUs) { address in
                let made = try await schema.rehearse(
                    change("CREATE TABLE tags (id int)", revert: "SELECT 1"), as: address)
                let wayBack = try #require(made.wayBack["20261122120000_change"])
                #expect(wayBack.kind == .irreversible, "\(wayBack)")
                #expect(wayBack.reasons.contains { $0.contains("public.tags is left over") }, "\(wayBack)")
                let taken = try await schema.rehearse(change("CREATE TABLE loads (id int)"), as: address)
                #expect(taken.obstacles.first?.contains("42P07") == true, "\(taken.obstacles)")
            }
        }
    }

    @Test func `what a backfill has sent is no statement of the running release`() async throws {
        let steps = migration(
            "20261122120000_change", expand: "ALTER TABLE parcels ADD COLUMN kilograms int",
            backfill: "-- key: parcels.id\nUPDATE parcels SET kilograms = weight WHERE id BETWEEN $1 AND $2",
            contract: "DROP TABLE parcels")
        try await withCountingServer { database in
            try await database.connection.executeScript(
                """
                CREATE EXTENSION pg_stat_statements;
                CREATE TABLE parcels AS SELECT n AS id, n AS weight FROM generate_series(1, 100) n;
                ALTER TABLE parcels ADD PRIMARY KEY (id);
                """)
            try await database.apply([steps])
            try await database.apply([steps], .backfill)
            let schema = RehearsedSchema(template: database.address)
            let unused = try await schema.rehearse(steps, observed: counted(on: database))
            #expect(unused.statements.count == 1 && unused.verdict?.stops == false, "\(unused.obstacles)")
            _ = try await database.count("SELECT count(*) AS value FROM parcels")
            let used = try await schema.rehearse(steps, observed: counted(on: database))
            #expect(used.verdict == .incompatible)
        }
    }

    // MARK: The stage

    /// Lends a database of a server that counts statements.
    private func withCountingServer(_ body: (ExecutionFixture) async throws -> Void) async throws {
        let server = try await DisposableCluster.start(settings: ["shared_preload_libraries": "pg_stat_statements"])
        defer { server.stop() }
        try await PostgresConnection.using(server.cluster.superuserAddress(), applicationName: "test") { connection in
            try await body(ExecutionFixture(connection: connection))
        }
    }

    private func counted(on database: ExecutionFixture) async throws -> ObservedStatements {
        var observed = ObservedStatements()
        try await observed.addStatistics(of: database.address)
        #expect(!observed.gaps.contains { $0.contains("cannot be read") }, "\(observed.gaps)")
        return observed
    }

    private func change(_ expand: String, revert: String? = nil) -> Migration {
        migration("20261122120000_change", expand: expand, revert: revert)
    }

    /// Lends the schema of the rehearsals after one migration of its own.
    private func withHistory(_ body: (RehearsedSchema) async throws -> Void) async throws {
        try await ExecutionFixture.use { database in
            let schema = try await RehearsedSchema.fill(database.address)
            try await database.apply([migration("20261101000000_first", expand: "CREATE TABLE first (id int)")])
            try await body(schema)
        }
    }

    /// Lends the database as a superuser reaches it.
    private func withSuperuser(
        of schema: RehearsedSchema, isNamedLikeUs: Bool, _ body: (PostgresAddress) async throws -> Void
    ) async throws {
        guard !isNamedLikeUs else { return try await body(schema.template) }
        try await schema.withRole("SUPERUSER", body)
    }
}
