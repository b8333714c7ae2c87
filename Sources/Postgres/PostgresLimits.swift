/// The bounds of everything in this room that could wait or grow.
package enum PostgresLimits {
    /// For a connection to come about, name lookup and authentication included.
    package static let connect: Duration = .seconds(10)
    /// For one statement, unless the caller names another limit.
    package static let statement: Duration = .seconds(30)
    /// For the server to answer a request to cancel; the connection is given up afterwards.
    package static let cancellation: Duration = .seconds(5)
    /// For `initdb`.
    package static let initialize: Duration = .seconds(120)
    /// Statements that a private cluster counts before it forgets those that are sent least.
    static let countedStatements = 10_000
    /// Rows that one query may return.
    package static let rows = 100_000
    /// Notices kept of a connection until somebody takes them; later ones are dropped.
    package static let notices = 1_000
    /// For a private cluster that is run by this process to accept its first connection.
    package static let start: Duration = .seconds(60)
    /// For such a cluster to end by itself when it is told to.
    package static let shutdown: Duration = .seconds(10)
    /// Connections that a slot's login role may hold at once, unless the caller names another limit.
    package static let roleConnections = 50
    /// For a connection of a pool to become free.
    package static let poolWait: Duration = .seconds(5)
    /// Callers that may wait for a connection of a pool at once.
    package static let poolWaiters = 1_000
}
