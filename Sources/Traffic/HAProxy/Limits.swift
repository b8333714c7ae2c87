/// Bounds of everything here that could grow or wait.
enum Limits {
    /// How long the master socket may take for one exchange.
    static let exchange = Duration.seconds(5)
    /// How long a new worker may take to start at a reload.
    static let reload = Duration.seconds(30)
    /// How long `haproxy -c`, `haproxy -v` and `openssl` may take.
    static let program = Duration.seconds(30)
    /// How long a certificate authority may take with one certificate.
    static let authority = Duration.seconds(300)
    /// Time before its end from which a certificate's end is told.
    static let expiryNotice: Double = 14 * 86_400
    /// Pause between two looks at a state that is waited for.
    static let poll = Duration.milliseconds(20)
    /// Bytes of one reply; `show sess` with 10,000 sessions takes about 4 MiB.
    static let reply = 32 * 1_024 * 1_024
    /// Bytes that a program may print.
    static let programOutput = 256 * 1_024
    /// Commands in one line to the master socket, whose buffer holds 16 KiB.
    static let commandsInLine = 32
    /// Times that a change is repeated because workers came or went meanwhile.
    static let flipRounds = 10
    /// Bytes set aside for a map file that must be writable on a full disk.
    static let mapFile = 16 * 1_024
    /// Bytes of a unix socket's path, the closing zero included (`sun_path` in unix(7)), and what HAProxy appends to
    /// the name while it binds.
    static let socketPath = 108 - 16
    /// Bytes of the ring in which lines of the request log wait for their reader: some 50,000 of them, for each worker.
    static let requestLog = 8 * 1_024 * 1_024
    /// Files that HAProxy needs besides two a connection.
    static let reservedFiles = 200
    /// Bytes of a backend's name: an environment's and a slot's with what stands around them.
    static let backendName = 128
    /// Configurations with edits by hand that are kept aside.
    static let editedConfigurations = 5
    /// Steps in which long-lived connections are closed.
    static let closeSteps = 20
    /// Largest certificate file that is read.
    static let certificateBytes = 1_048_576
}
