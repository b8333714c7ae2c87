import DurableFiles
import Foundation

/// A PostgreSQL cluster of our own inside one folder, made from the installed server programs.
///
/// It listens on a unix socket in the folder and on one port of 127.0.0.1, with passwords (SCRAM). `prepare()` makes
/// it; a supervisor runs `serviceCommand` as `unixUser` and stops it with SIGINT (fast shutdown). The server refuses
/// to run as root, so under root everything in the folder belongs to the account `postgres`.
package struct PrivateCluster: Sendable {
    package let folder: String
    package let maximumConnections: Int
    let durability: Durability
    /// Settings of the server beside our own.
    let settings: [String: String]
    let installation: PostgresInstallation
    /// Whether its server logs what audited roles read and write.
    package var hasAuditing: Bool { installation.hasAuditing && durability == .full }
    let user: UnixUser?

    /// What a power failure may cost.
    package enum Durability: Sendable {
        case full
        /// Everything: for the databases of tests, which are thrown away.
        case disposable
    }

    /// The role that owns the cluster.
    package static let superuser = "switchyard"

    /// Finds the programs, those of the cluster's own version when the folder holds one already.
    ///
    /// Throws `PostgresError.notInstalled`, or `.cluster` when the folder's path is too long for a unix socket or there
    /// is no account to run under.
    package init(
        folder: String, maximumConnections: Int = 200, durability: Durability = .full, settings: [String: String] = [:]
    ) async throws {
        self.folder = URL(filePath: folder).standardizedFileURL.path(percentEncoded: false)
            .replacing(/(.)\/+$/, with: \.output.1)
        self.maximumConnections = maximumConnections
        self.durability = durability
        self.settings = settings
        try Self.checkSocketPath(in: self.folder)
        let version = try? String(contentsOfFile: "\(self.folder)/data/PG_VERSION", encoding: .utf8)
        installation = try await PostgresInstallation.find(
            holding: "initdb", majorVersion: version.flatMap { Int($0.trimmingCharacters(in: .whitespacesAndNewlines)) }
        )
        user = try Self.unprivilegedUser(folder: self.folder)
    }

    /// The account to run the server under; nil is our own.
    package var unixUser: String? { user?.name }

    /// What the supervisor runs, in the foreground.
    package var serviceCommand: [String] { [installation.path(of: "postgres"), "-D", dataFolder] }

    /// The superuser over the unix socket.
    package func superuserAddress() throws -> PostgresAddress {
        PostgresAddress(parameters: [
            "host": folder, "port": String(try keptPort()), "user": Self.superuser,
            "password": try keptPassword(), "dbname": "postgres",
        ])
    }

    /// The file of the unix socket.
    package func socketPath() throws -> String { "\(folder)/.s.PGSQL.\(try keptPort())" }

    /// The URL that a process of the application connects with, over 127.0.0.1.
    package func url(role: String, password: String, database: String) throws -> String {
        func escaped(_ text: String) -> String {
            text.addingPercentEncoding(withAllowedCharacters: .urlUnreserved) ?? text
        }
        let credentials = "\(escaped(role)):\(escaped(password))"
        return "postgresql://\(credentials)@127.0.0.1:\(try keptPort())/\(escaped(database))"
    }

    /// Waits until the superuser can connect; throws `PostgresError.timeout` with the deadline, or `.cluster` with the
    /// last refusal.
    package func waitUntilReady(deadline: Duration) async throws {
        let end = ContinuousClock.now + deadline
        while true {
            do {
                let connection = try await PostgresConnection.connect(
                    to: superuserAddress(), applicationName: "switchyard",
                    connectDeadline: min(deadline, PostgresLimits.connect))
                return await connection.close()
            } catch let error as PostgresError where error.isPassing && .now < end {
                try await Task.sleep(for: .milliseconds(20))
            } catch let error as PostgresError where error.isPassing {
                throw refusal("the server was not ready within \(deadline): \(error)")
            }
        }
    }

    // MARK: Files

    var dataFolder: String { "\(folder)/data" }
    var passwordFile: String { "\(folder)/superuser.password" }
    var portFile: String { "\(folder)/port" }

    func keptPort() throws -> Int {
        guard let text = try? String(contentsOfFile: portFile, encoding: .utf8),
            let port = Int(text.trimmingCharacters(in: .whitespacesAndNewlines)), (1...65_535).contains(port)
        else { throw refusal("\(portFile) holds no port: prepare the cluster first.") }
        return port
    }

    func keptPassword() throws -> String {
        guard let password = SecretFile(path: passwordFile).secret else {
            throw refusal("\(passwordFile) holds no password: prepare the cluster first.")
        }
        return password
    }

    func refusal(_ reason: String) -> PostgresError {
        .cluster(folder: folder, reason: reason)
    }
}

extension PostgresError {
    /// Whether a server that is just starting, stopping or recovering answers like this.
    fileprivate var isPassing: Bool {
        switch self {
        case .connect(_, let reason): !reason.contains("password authentication failed")
        case .timeout, .connectionLost: true
        default: false
        }
    }
}

extension CharacterSet {
    /// What RFC 3986 lets stand anywhere in a URL.
    static let urlUnreserved = CharacterSet(
        charactersIn: "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
}
