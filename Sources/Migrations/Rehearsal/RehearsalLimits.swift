/// The bounds of everything in a rehearsal that could wait or grow.
package struct RehearsalLimits: Sendable {
    /// For how long a statement may keep the application from reading or writing before it counts as dangerous.
    package var budget: Duration = .milliseconds(50)
    /// For one statement on the clone.
    package var statement: Duration = .seconds(4 * 3_600)
    /// For restoring the backup.
    package var restore: Duration = .seconds(8 * 3_600)
    /// Between two looks at the locks of a statement that runs outside a transaction.
    package var samplingPause: Duration = .milliseconds(2)
    /// Rows that one statement may change before it should have been a backfill: their locks last until it commits.
    package var changedRows = 1_000

    /// The oldest major version of PostgreSQL that is rehearsed for.
    package static let oldestServer = 15
    /// Left free on the disk beside what the clone may need, in bytes.
    static let diskReserve = 256 * 1_048_576
    /// Statements of the old release that are tried on the new schema.
    static let observedStatements = 20_000
    /// Roles of the server that are made on the clone's.
    static let roles = 10_000
    /// Bytes of a file of statements.
    static let statementsFile = 16 * 1_048_576
    /// Characters of an obstacle where it is told in a sentence; the report has all of it.
    static let obstacle = 400
    /// Reasons, or statements, that a sentence names; the report has all of them.
    package static let namedReasons = 3
    /// Messages of the server kept for one statement.
    static let messages = 20

    package init() {}
}
