/// The bounds of everything that running a migration could wait for.
package struct ExecutionLimits: Sendable {
    /// How long a statement may stand in the queue for a lock: the application's queries stand behind it meanwhile.
    package var lockQueue: Duration = .milliseconds(25)
    /// A transaction that has held a conflicting lock for longer is waited for outside the queue.
    package var oldTransaction: Duration = .milliseconds(30)
    /// For how long locks are tried for before the step is given up.
    package var lockPatience: Duration = .seconds(60)
    /// Between two looks at who holds a lock.
    package var probePause: Duration = .milliseconds(10)
    /// Between two places in the queue, for the application's queries to pass.
    package var retryPause: Duration = .milliseconds(100)
    /// Between two looks at what a running statement waits for.
    package var watchPause: Duration = .milliseconds(5)
    /// How long another run against the same database is waited for.
    package var turnWait: Duration = .seconds(10)
    /// Between two attempts at the turn.
    package var turnPause: Duration = .milliseconds(100)
    /// A transaction that is older would hold up the building of an index; it is waited for beforehand.
    package var oldSnapshot: Duration = .seconds(5)
    /// Between two reports of the same wait.
    package var reportPause: Duration = .seconds(2)
    /// For everything that one call runs.
    package var deadline: Duration = .seconds(24 * 3_600)
    /// The oldest server that migrations run on, as its `server_version_num`.
    package var oldestServer = 150_000

    /// How long one look at the catalog may wait for a table that somebody keeps to himself, and the pause after it.
    static let catalogLockWait: Duration = .milliseconds(200)
    static let catalogPause: Duration = .milliseconds(100)
    /// For how long commands that change nothing try to look.
    static let lookPatience: Duration = .seconds(5)
    /// Between two looks at what a statement waits for that runs by itself.
    static let concurrentWatchPause: Duration = .milliseconds(100)
    /// Bytes of a query that a report of waiting quotes.
    static let quotedQuery = 120
    /// Migrations that a history may hold.
    static let historyRows = 10_000

    package init() {}
}
