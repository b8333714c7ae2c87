/// What went wrong between this process and a PostgreSQL server.
package enum PostgresError: Error, Equatable {
    /// The text is no connection URL; it is not repeated, because it may hold a password.
    case invalidURL(reason: String)
    /// No connection came about. `server` is the address without its password.
    case connect(server: String, reason: String)
    /// The server refused a statement; the connection can be used further.
    case server(sqlState: String, message: String, detail: String?, hint: String?)
    /// The connection ended while it was in use; whether the last statement took effect is unknown.
    case connectionLost(server: String, reason: String)
    /// A wait of ours reached its limit; a running statement was cancelled.
    case timeout(waitedFor: String, limit: Duration)
    /// A value is missing, null or of another type than asked for; the value itself is not repeated.
    case decoding(column: String, type: String, reason: String)
    /// A result has more rows than `PostgresLimits.rows`; the statement was cancelled.
    case tooManyRows(limit: Int)
    /// Every connection of the pool stayed in use.
    case poolExhausted(size: Int, waited: Duration)
    case poolClosed
    /// A program of PostgreSQL is missing on this machine.
    case notInstalled(program: String, majorVersion: Int?)
    /// A program of PostgreSQL ended with a failure.
    case program(name: String, outcome: String, lastLines: String)
    /// The private cluster cannot be prepared or reached.
    case cluster(folder: String, reason: String)

    /// The server's five-character code, when the server gave one.
    package var sqlState: String? {
        guard case .server(let sqlState, _, _, _) = self else { return nil }
        return sqlState
    }
}

extension PostgresError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .invalidURL(let reason):
            "The database URL cannot be used: \(reason). Write it as postgres://user:password@host:5432/database."
        case .connect(let server, let reason):
            "Could not connect to PostgreSQL at \(server): \(reason)."
        case .server(let sqlState, let message, let detail, let hint):
            "PostgreSQL refused the statement with \(sqlState): \(message)."
                + (detail.map { " Detail: \($0)" } ?? "") + (hint.map { " Hint: \($0)" } ?? "")
        case .connectionLost(let server, let reason):
            "The connection to PostgreSQL at \(server) was lost: \(reason)."
        case .timeout(let waitedFor, let limit):
            "Gave up waiting for \(waitedFor) after \(limit)."
        case .decoding(let column, let type, let reason):
            "Column '\(column)' cannot be read as \(type): \(reason)."
        case .tooManyRows(let limit):
            "The result has more than \(limit) rows: ask for fewer with LIMIT."
        case .poolExhausted(let size, let waited):
            "All \(size) database connections stayed in use for \(waited): raise the pool's size or shorten the work."
        case .poolClosed:
            "The pool of database connections is closed."
        case .notInstalled(let program, let majorVersion):
            "The program \(program) of PostgreSQL\(majorVersion.map { " \($0)" } ?? "") was not found: install the package "
                + "\(Self.debianPackage(of: program))\(majorVersion.map { "-\($0)" } ?? "")."
        case .program(let name, let outcome, let lastLines):
            "\(name) ended with \(outcome): \(lastLines.isEmpty ? "it gave no reason" : lastLines)."
        case .cluster(let folder, let reason):
            "The private PostgreSQL cluster in \(folder) cannot be used: \(reason)"
        }
    }
}

extension PostgresError {
    private static func debianPackage(of program: String) -> String {
        program == "initdb" || program == "postgres" ? "postgresql" : "postgresql-client"
    }
}
