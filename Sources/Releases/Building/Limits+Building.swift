extension Limits {
    /// How long a question to git may take.
    static let gitQuestion = Duration.seconds(60)
    /// How long git may take to bring a commit, or its submodules from a server.
    static let gitTransfer = Duration.seconds(900)
    static let gitOutputBytes = 4 << 20
    /// How often a build's memory and time are looked at.
    static let buildCheck = Duration.milliseconds(100)
    /// How long a build has between SIGTERM and SIGKILL.
    static let buildGrace = Duration.seconds(2)
    /// Bytes after which a line of the build's output is broken.
    static let buildLineBytes = 64 << 10
    /// How many of its last lines a failed build shows.
    static let buildLastLines = 20
    /// Most commits that are asked for their authors.
    static let authorCommits = 20_000
}
