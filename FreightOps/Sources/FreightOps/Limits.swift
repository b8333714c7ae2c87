/// The bounds of everything in FreightOps that could grow or wait.
package enum Limits {
    /// Database connections of a process, unless `DATABASE_POOL_SIZE` says otherwise.
    static let defaultPoolSize = 10
    static let largestPoolSize = 100

    /// How long a request waits for a free connection of the pool.
    static let databaseWait = Duration.seconds(5)
    static let databaseConnect = Duration.seconds(2)
    static let databaseStatement = Duration.seconds(10)
    /// How long `/health/database` waits for the database's answer.
    static let databaseHealthDeadline = Duration.seconds(2)
    /// How long `/metrics` waits for the figures that come from the database.
    static let metricsDatabaseDeadline = Duration.seconds(2)

    /// Rows of a page of loads, in the browser and in the API when no limit is asked for.
    static let loadsPerPage = 25
    static let largestPage = 200
    static let largestPageNumber = 10_000
    /// Vehicles and drivers that the API lists at most.
    static let largestFleetListing = 1_000
    /// Free vehicles and drivers that the dispatch page offers.
    static let dispatchChoices = 50
    /// Booked loads, and loads on the road, that the dispatch page shows.
    static let dispatchRows = 20

    /// How long the dispatch page shows the same figures.
    static let figuresKept = Duration.seconds(1)
    /// Connections that wait to be accepted.
    static let listenBacklog = 1_024

    /// Series that `/metrics` shows: about three for each pair of a route and a status.
    static let metricSeries = 1_000

    static let longestText = 200
    static let longestIdempotencyKey = 200
    static let heaviestLoadKilograms = 60_000
    static let highestPriceCents = 100_000_000
    /// Bytes of a request's body.
    static let requestBodySize = 64 * 1024

    static let slowestAnswerMilliseconds = 10_000

    /// Event streams that one process keeps open.
    static let eventStreams = 1_000
    /// Events that wait for one slow reader; older ones are dropped.
    static let eventsWaiting = 256
    static let eventsPerPoll = 200
    static let eventPollInterval = Duration.milliseconds(500)
    static let eventHeartbeatInterval = Duration.seconds(15)
    /// Days after which an event is forgotten.
    static let eventRetentionDays = 7

    static let remindersPerBatch = 20
    static let workerInterval = Duration.seconds(1)
    static let housekeepingInterval = Duration.seconds(60)
    static let schedulerInterval = Duration.seconds(5)
    /// Rows that one statement of a background process changes at most.
    static let housekeepingBatchSize = 1_000
}
