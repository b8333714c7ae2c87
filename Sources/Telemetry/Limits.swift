/// Bounds of everything here that could grow or wait.
enum Limits {
    /// Processes of HAProxy that are read from at once: a new worker connects before an old one has gone.
    static let connections = 16
    /// Connections that wait to be read: while nobody reads for long, HAProxy begins a new one every hour.
    static let backlog: Int32 = 1_024
    /// How long a reader waits to be handed the socket.
    static let handoverSeconds = 2
    /// Bytes that are read at once from a connection; about two thousand lines.
    static let chunk = 256 * 1_024
    /// Bytes of one line with its length; HAProxy's `maxlen` is 1,024.
    static let frame = 8 * 1_024
    /// How long lines are let come together before they are read, where there are few: fewer, larger reads.
    static let pauseMilliseconds: Int32 = 10
    /// Bytes of a read after which no pause is made.
    static let busyBytes = 32 * 1_024
    /// How long the last lines are waited for at the end, for each connection.
    static let farewellMilliseconds: Int32 = 250
    /// Bytes of a unix socket's path without the closing zero (`sun_path` in unix(7)).
    static let socketPath = 107
    /// Processes of HAProxy whose lines are counted for losses; the oldest is forgotten first.
    static let processes = 64
    /// Backends whose meaning is remembered.
    static let backends = 2_048

    /// Routes that are told apart in an environment.
    static let routes = 200
    /// Segments of a path that belong to its route.
    static let routeSegments = 4
    /// Bytes of a segment that is no identifier.
    static let segmentBytes = 24

    /// Minutes of the recent past that are known.
    static let recentMinutes = 30

    /// Units that a client adds in an assignment epoch.
    static let unitsOfClient: UInt8 = 3
    /// Clients that are remembered of the epochs that are open; about 20 bytes each.
    static let clients = 1_000_000
    /// Response times that are remembered between two looks; 8 bytes each.
    static let timesInLook = 1_000_000
    /// Epochs in which a client may still come: the one of now, and the one before for requests that last.
    static let openEpochs = 2
    static let epochs = 100_000
    /// Splits whose meaning is remembered.
    static let splits = 256
    /// Different clients with errors that are told apart.
    static let clientsWithErrors = 10_000
}
