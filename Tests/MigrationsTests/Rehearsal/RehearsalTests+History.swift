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

    // MARK: The stage

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
