import Migrations
import Postgres
import TestSupport

/// A database with a table, and the steps of one change of it.
struct ScaffoldFixture {
    let connection: PostgresConnection
    let steps: [MigrationPhase: String]

    /// Lends a database in which `base` was run.
    static func with(
        _ kind: SchemaChange.Kind, _ text: String, base: String, _ body: (ScaffoldFixture) async throws -> Void
    ) async throws {
        let migration = Migration(
            name: MigrationName(unchecked: "20261101000000_base"),
            steps: [MigrationStep(phase: .expand, file: "base/expand.sql", sql: base)])
        let scaffold = MigrationScaffold(known: KnownColumns([migration]))
        let steps = try scaffold.steps(for: SchemaChange(kind, text))
        try await withConnection { connection in
            try await connection.executeScript(base)
            try await body(ScaffoldFixture(connection: connection, steps: steps))
        }
    }

    /// Runs a step as an executor would: what refuses a transaction by itself, the rest in one.
    func run(_ phase: MigrationPhase) async throws {
        let step = MigrationStep(phase: phase, file: phase.file, sql: steps[phase] ?? "")
        let statements = try step.statements(by: PgQueryParser())
        if statements.contains(where: \.runsOutsideTransaction) {
            for statement in statements { try await connection.executeScript(statement.text) }
        } else {
            try await connection.executeScript(step.sql)
        }
    }

    /// Runs the backfill in batches of two keys.
    func backfill() async throws {
        let step = MigrationStep(phase: .backfill, file: "backfill.sql", sql: steps[.backfill] ?? "")
        let backfill = try Backfill(step, parser: PgQueryParser())
        let rows = try await connection.query(
            "SELECT \(identifier: backfill.key)::text AS key FROM \(unescaped: backfill.table.sql) ORDER BY \(identifier: backfill.key)"
        )
        let keys = try rows.map { try $0.decode("key", as: String.self) }
        for start in stride(from: 0, to: keys.count, by: 2) {
            let batch = backfill.batch(from: keys[start], through: keys[min(start + 1, keys.count - 1)])
            try await connection.execute(PostgresQuery(unescaped: batch))
        }
    }

    func write(_ sql: String...) async throws {
        for sql in sql { try await connection.execute(PostgresQuery(unescaped: sql)) }
    }

    /// How many rows of the table meet the condition.
    func count(_ table: String, where condition: String) async throws -> Int {
        try await connection.value("SELECT count(*) AS value FROM \(unescaped: table) WHERE \(unescaped: condition)")
    }

    /// Everything of the schema that a change could leave behind, a line each.
    func schema() async throws -> [String] {
        let rows = try await connection.query(
            """
            SELECT table_name || '.' || column_name || ' ' || data_type || ' ' || is_nullable AS line
                FROM information_schema.columns WHERE table_schema = 'public'
            UNION ALL SELECT conname || ' ' || pg_get_constraintdef(oid) FROM pg_constraint
                WHERE connamespace = 'public'::regnamespace
            UNION ALL SELECT tgname FROM pg_trigger WHERE NOT tgisinternal
            UNION ALL SELECT proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace
            UNION ALL SELECT indexdef FROM pg_indexes WHERE schemaname = 'public'
            ORDER BY 1
            """)
        return try rows.map { try $0.decode("line") }
    }
}
