import Postgres

extension MigrationHistory {
    /// Makes the record where it is missing and takes over that of earlier versions; called by one session at a time.
    ///
    /// An earlier version can still use what this leaves: columns are only added, and what it never writes may be null.
    func prepare(limits: ExecutionLimits) async throws {
        guard try await !exists("switchyard.migration_statements") else { return }
        try await connection.transaction { connection in
            try await connection.setLocal("lock_timeout", limits.turnWait)
            try await connection.executeScript(Self.tables)
        }
    }

    private static let tables = """
        CREATE SCHEMA IF NOT EXISTS switchyard;
        CREATE TABLE IF NOT EXISTS switchyard.migrations (
            name text NOT NULL,
            phase text NOT NULL,
            sha256 text NOT NULL,
            release text,
            deployment bigint,
            applied_at timestamptz NOT NULL DEFAULT clock_timestamp(),
            duration_ms bigint NOT NULL,
            PRIMARY KEY (name, phase)
        );
        ALTER TABLE switchyard.migrations
            ALTER COLUMN release DROP NOT NULL,
            ALTER COLUMN deployment DROP NOT NULL,
            ADD COLUMN author text,
            ADD COLUMN plan_digest text,
            ADD COLUMN script text,
            ADD COLUMN origin text NOT NULL DEFAULT 'applied';
        CREATE TABLE switchyard.migration_events (
            id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            name text NOT NULL,
            phase text NOT NULL,
            action text NOT NULL,
            sha256 text NOT NULL,
            author text,
            release text,
            deployment bigint,
            plan_digest text,
            database_user text DEFAULT session_user,
            started_at timestamptz,
            finished_at timestamptz NOT NULL DEFAULT clock_timestamp(),
            duration_ms bigint NOT NULL
        );
        INSERT INTO switchyard.migration_events
            (name, phase, action, sha256, release, deployment, database_user, finished_at, duration_ms)
            SELECT name, phase, 'applied', sha256, release, deployment, NULL, applied_at, duration_ms
            FROM switchyard.migrations ORDER BY applied_at, name;
        CREATE TABLE switchyard.migration_backfills (
            name text PRIMARY KEY,
            script text NOT NULL,
            last_key text,
            final_key text,
            rows bigint NOT NULL DEFAULT 0,
            batches bigint NOT NULL DEFAULT 0,
            batch_size bigint NOT NULL,
            started_at timestamptz NOT NULL DEFAULT clock_timestamp(),
            updated_at timestamptz NOT NULL DEFAULT clock_timestamp()
        );
        CREATE TABLE switchyard.migration_statements (
            name text NOT NULL,
            phase text NOT NULL,
            number int NOT NULL,
            statement text NOT NULL,
            invalid_before text[],
            started_at timestamptz NOT NULL DEFAULT clock_timestamp(),
            finished_at timestamptz,
            PRIMARY KEY (name, phase, number)
        )
        """
}
