/// The bounds of the control plane.
enum Limits {
    /// Longest path of a state folder: sockets below it must fit the system's 107 bytes.
    static let statePathBytes = 72
    /// Largest JSON body.
    static let requestBytes = 1_048_576
    /// Largest archive of a release.
    static let archiveBytes = 4 * 1_024 * 1_024 * 1_024
    /// Longest that a request for a deployment may wait for news.
    static let longestWait: Duration = .seconds(30)
    /// Between two looks for news.
    static let newsInterval: Duration = .milliseconds(50)
    /// Longest reason that a person gives, in characters.
    static let reasonCharacters = 1_000
    /// Longest name of who asks, in characters.
    static let requesterCharacters = 100
    /// Changes of the configuration that are remembered.
    static let recordedConfigurations = 100
    static let mostLogLines = 10_000
    /// Streams of logs that may be open at the same time.
    static let mostFollowers = 32
    /// Between two looks for new lines.
    static let followInterval: Duration = .milliseconds(100)
    /// Between two signs of life on a stream that has nothing to say.
    static let signOfLife: Duration = .seconds(5)
    /// How long a stream goes on after whoever reads it may not any more.
    static let rightsInterval: Duration = .seconds(1)
    static let mostDeployments = 1_000
    /// Acts without result that one entry names as under way.
    static let namedIntents = 2_000
    static let mostAuditEntries = 1_000
    /// Refusals that are recorded in a minute of one caller, and callers of whom they are.
    static let refusalsEach = 20
    static let refusingCallers = 100
    /// How long the command may take that is told of break-glass.
    static let noticeTime: Duration = .seconds(30)
    /// What is read of what it complains about.
    static let noticeBytes = 65_536
    /// Between two looks at sessions and VPN peers that are over.
    static let peopleInterval: Duration = .seconds(60)
    /// Between two looks at changes that are approved and not carried out.
    static let approvedInterval: Duration = .seconds(5)
    /// Before one that could not be carried out is tried again.
    static let approvedPause: Duration = .seconds(60)
    /// Deployments among which that of a request is looked for.
    static let openedDeployments = 20
    /// Largest request to a witness: a checkpoint and a proof of some sixty lines.
    static let witnessBytes = 65_536
    /// How long a witness may take to answer.
    static let witnessAnswer: Duration = .seconds(10)
    /// After which pause a witness that does not answer is asked again at the latest, in seconds.
    static let witnessRetrySeconds = 60.0
    /// How long a witness may be away before that is a problem, in seconds; three of its intervals where they are longer.
    static let witnessPatienceSeconds = 30.0
    /// For how long a checkpoint is shown before its file is read again.
    static let checkpointAge: Duration = .seconds(1)
    /// Between two looks after the record: what is too old, what was erased.
    static let recordInterval: Duration = .seconds(86_400)
    /// The same where that could not be done.
    static let recordRetry: Duration = .seconds(600)
    /// Longest name of a person whose data is erased, in characters.
    static let subjectCharacters = 500
    /// Between two looks at the lines of the database's server about what was read.
    static let accessInterval: Duration = .seconds(1)
    /// How long accesses are counted together before they are recorded.
    static let accessesTogether: Duration = .seconds(5)
    /// Kinds of access that are counted together; beyond them what was counted is recorded at once.
    static let accessKinds = 200
    /// Longest statement that is recorded with an access, in characters.
    static let statementCharacters = 2_000
    /// Lines that a message of the database's server may have.
    static let serverMessageLines = 1_000
    /// One-off commands whose caller is remembered for the accesses of their statements.
    static let rememberedCommands = 1_000
    /// Secrets that are set, or compared, at a time.
    static let valuesAtOnce = 500
    /// Bytes of an output that are redacted at a time.
    static let redactedPiece = 65_536
    /// How long a connection may do nothing; streams of the API give a sign of life sooner.
    static let idleConnection: Duration = .seconds(60)
    /// How long an admin's wish to erase somebody waits for a second one, in seconds.
    static let erasureWish: Double = 86_400
    static let erasureWishes = 100
    static let apiConnections = 1_000
    static let publicConnections = 500
    /// Between two attempts to learn the secrets of an environment.
    static let secretsPause: Duration = .seconds(1)
    /// How long the other half of a secret is waited for when a redactor is told to end.
    static let restOfSecret: Duration = .seconds(2)
    /// Characters of the words of a command that is run with an environment's variables.
    static let commandCharacters = 10_000
    /// How old what a command was to be started with may become before it is removed at a start.
    static let commandStartSeconds: Double = 600
    /// Between two looks whether the command lines of one-off commands still live.
    static let commandInterval: Duration = .seconds(2)
    /// Between two looks at a release that is tried on a clone.
    static let trialInterval: Duration = .milliseconds(100)
    /// Statements of a release that are named as using what a contraction takes away.
    static let namedStatements = 5
    /// Largest body that a probe reads.
    static let probeBytes = 4 * 1_024 * 1_024
    /// How long the proxy and the embedded database may take to start.
    static let infrastructureSeconds = 60
    /// How long an embedded database that has been up once may take to answer before it is said that it does not.
    static let databaseAnswer: Duration = .seconds(3)
    /// How long a connection to a release's database may take before it counts as failed.
    static let connectionSeconds = 1.5
    /// How long the proxy is given to answer before it is looked whether it still runs.
    static let proxyAnswer: Duration = .milliseconds(500)
    /// How long a proxy that ends at its start is given to be started again, twice with its supervisor's pauses.
    static let proxyRestart: Duration = .seconds(3)
    /// Longest pause before the proxy is started again: without it nobody is served.
    static let proxyPauseSeconds = 1
    /// Lines of the proxy's log in which its reason to end is looked for.
    static let proxyLogLines = 20
    /// Longest name of a role or database that PostgreSQL keeps whole.
    static let roleBytes = 63
    /// Files that the holder of the request log's socket may have open.
    static let logHolderFiles = 64
    /// How long a deployer waits for the proxy's configuration before it begins without.
    static let configurationWait: Duration = .seconds(10)
    /// Between two looks at the proxy and the embedded database.
    static let infrastructureInterval: Duration = .seconds(5)
    /// Between two looks at which certificates are due.
    static let certificateInterval: Duration = .seconds(30)
    /// Between two lines in the log about the end of the same certificate, in seconds.
    static let expiryNoticeInterval: Double = 86_400
    /// Pause after an authority's first refusal, doubled by each further one, in seconds.
    static let certificatePause: Double = 15 * 60
    static let longestCertificatePause: Double = 12 * 3_600
    /// How long SIGTERM waits for requests and steps to come to a stop.
    static let shutdown: Duration = .seconds(10)
}

extension Limits {
    /// What people write ends up in every journal and bundle, so it has a bound.
    static func require(_ text: String?, _ name: String, atMost limit: Int) throws {
        guard let text else { return }
        // It is shown on terminals, which control characters could make say something else.
        guard !text.unicodeScalars.contains(where: { $0.properties.generalCategory == .control && $0 != "\n" }) else {
            throw ControlPlaneError.invalidParameter(
                name: name,
                value: "\(text.prefix(20).filter { !$0.isASCII || $0.isLetter || $0.isNumber || $0 == " " })…",
                expected: "a text without control characters")
        }
        guard text.unicodeScalars.count > limit else { return }
        throw ControlPlaneError.invalidParameter(
            name: name, value: "\(text.prefix(20))…", expected: "at most \(limit) characters")
    }
}
