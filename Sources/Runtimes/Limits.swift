/// What may not grow or last without end in this room.
package enum Limits {
    /// Longest name of a service: environment (32), slot (3), kind (9), process (24), instance and dots have room.
    package static let nameBytes = 96
    /// Longest name of an account that useradd takes.
    static let userBytes = 32
    /// How often, and after which pause, an account is asked for while the files of the accounts are locked.
    static let userAttempts = 10
    static let userPause = Duration.milliseconds(300)
    /// Longest path of a supervisor folder or a path that a service names; leaves room for what is appended.
    package static let pathBytes = 2_048
    /// runsvdir watches at most this many folders.
    package static let services = 1_000
    package static let recentExits = 20
    package static let logFileBytes = 10 * 1_024 * 1_024
    package static let logFiles = 10
    package static let logLineBytes = 64 * 1_024
    package static let logTailBytes = 1_024 * 1_024
    package static let longestBackOffSeconds = 30
    package static let healthySeconds = 60
    /// How long what a service left behind may take to end before it is killed.
    package static let stragglerSeconds = 5
    static let poll = Duration.milliseconds(20)
    /// How long runsvdir and runsv may take to notice what was asked of them.
    static let supervisor = Duration.seconds(15)
    /// How often a runsvdir that somebody else started is looked at.
    static let supervisorWatch = Duration.milliseconds(500)
    /// How long the kernel may take to end what was killed.
    static let kill = Duration.seconds(10)
    /// Bytes of the file that a process is started with; an environment has at most 256 KiB.
    static let startBytes = 4 << 20
    static let programOutputBytes = 64 * 1_024
    /// Connections that one relay into a network of its own passes on at a time.
    static let relayedConnections = 128
}
