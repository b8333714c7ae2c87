import CPostgres
import Dispatch
import Glibc

/// A connection of libpq, used without its blocking calls so that every wait has a limit and can be interrupted.
///
/// Belongs to the one thread of its `PostgresConnection`.
final class LibpqSession {
    let address: PostgresAddress
    private let handle: OpaquePointer
    private let interruption: Interruption
    /// What the server said beside its answers.
    let notices = NoticeCollector()

    struct Outcome {
        var rows: [PostgresRow] = []
        var affectedRows = 0
    }

    /// Connects within the deadline.
    init(address: PostgresAddress, applicationName: String, interruption: Interruption, deadline: Duration) throws {
        var parameters = address.parameters
        parameters["application_name"] = applicationName
        parameters["client_encoding"] = "UTF8"
        guard let handle = Self.start(parameters) else {
            throw PostgresError.connect(server: address.description, reason: "out of memory")
        }
        self.address = address
        self.handle = handle
        self.interruption = interruption
        try finishConnecting(deadline: deadline)
        notices.listen(to: handle)
        PQsetnonblocking(handle, 1)
        try runScript("SET DateStyle = 'ISO'; SET TimeZone = 'UTC'; SET bytea_output = 'hex'", limit: deadline)
    }

    deinit {
        PQfinish(handle)
    }

    var isInTransaction: Bool { PQtransactionStatus(handle) != PQTRANS_IDLE }

    /// Whether the connection is idle outside a transaction and its socket is silent: what a server says unasked is
    /// nearly always goodbye.
    var isReusable: Bool {
        guard PQstatus(handle) == CONNECTION_OK, !isInTransaction else { return false }
        var entry = pollfd(fd: PQsocket(handle), events: Int16(POLLIN), revents: 0)
        return poll(&entry, 1, 0) == 0
    }

    /// Runs one statement with its parameters.
    func run(_ query: PostgresQuery, limit: Duration) throws -> Outcome {
        let sent = query.withParameters { types, values in
            PQsendQueryParams(handle, query.sql, Int32(types.count), types, values, nil, nil, 0)
        }
        guard sent == 1 else { throw lost() }
        PQsetSingleRowMode(handle)
        return try collect(limit: limit)
    }

    /// Runs several statements without parameters.
    func runScript(_ sql: String, limit: Duration) throws {
        guard PQsendQuery(handle, sql) == 1 else { throw lost() }
        _ = try collect(limit: limit)
    }

    func passwordVerifier(role: String, password: String) throws -> String {
        guard let verifier = PQencryptPasswordConn(handle, password, role, "scram-sha-256") else { throw lost() }
        defer { PQfreemem(verifier) }
        return String(cString: verifier)
    }

    // MARK: Connecting

    private static func start(_ parameters: [String: String]) -> OpaquePointer? {
        let pairs = Array(parameters)
        return withCStrings(pairs.map(\.key)) { keywords in
            withCStrings(pairs.map(\.value)) { values in PQconnectStartParams(keywords, values, 0) }
        }
    }

    private func finishConnecting(deadline: Duration) throws {
        let end = ContinuousClock.now + deadline
        var next = PQstatus(handle) == CONNECTION_BAD ? PGRES_POLLING_FAILED : PGRES_POLLING_WRITING
        while next != PGRES_POLLING_OK {
            guard next != PGRES_POLLING_FAILED else {
                throw PostgresError.connect(server: address.description, reason: failureText())
            }
            let events = next == PGRES_POLLING_READING ? POLLIN : POLLOUT
            switch wait(for: events, until: end) {
            case .ready: next = PQconnectPoll(handle)
            case .interrupted: throw CancellationError()
            case .expired: throw PostgresError.timeout(waitedFor: "a connection to \(address)", limit: deadline)
            }
        }
    }

    // MARK: Running

    /// Takes all results of what was sent; throws the first refusal after the last result, so that the connection is
    /// left ready for the next statement.
    private func collect(limit: Duration) throws -> Outcome {
        var statement = RunningStatement(limit: limit)
        var outcome = Outcome()
        var columns: PostgresColumns?
        while let result = try nextResult(&statement) {
            defer { PQclear(result) }
            switch PQresultStatus(result) {
            case PGRES_SINGLE_TUPLE, PGRES_TUPLES_OK:
                let shared = columns ?? PostgresColumns(result)
                columns = shared
                if statement.refusal == nil { outcome.rows += PostgresRow.rows(of: result, columns: shared) }
                if outcome.rows.count > PostgresLimits.rows {
                    outcome.rows = []
                    stop(&statement, because: PostgresError.tooManyRows(limit: PostgresLimits.rows))
                }
                outcome.affectedRows = Self.affectedRows(result)
            case PGRES_COMMAND_OK, PGRES_EMPTY_QUERY:
                outcome.affectedRows = Self.affectedRows(result)
            case PGRES_COPY_IN, PGRES_COPY_OUT, PGRES_COPY_BOTH:
                throw abandon(reason: "COPY is not possible through a query")
            default:
                statement.refuse(PostgresError(result))
            }
        }
        statement.awaitCancellation()
        guard PQstatus(handle) == CONNECTION_OK else { throw lost(statement.refusal) }
        if let refusal = statement.refusal { throw refusal }
        return outcome
    }

    private func nextResult(_ statement: inout RunningStatement) throws -> OpaquePointer? {
        while true {
            let unsent = PQflush(handle)
            guard unsent >= 0 else { throw lost() }
            if unsent == 0 && PQisBusy(handle) == 0 { return PQgetResult(handle) }
            switch wait(for: unsent == 1 ? POLLIN | POLLOUT : POLLIN, until: statement.end, watching: statement) {
            case .ready:
                guard PQconsumeInput(handle) == 1 else { throw lost(statement.refusal) }
            case .interrupted:
                stop(&statement, because: CancellationError())
            case .expired where statement.cancellation != nil:
                throw abandon(reason: "the server did not answer a request to cancel")
            case .expired:
                stop(&statement, because: statement.timeout)
            }
        }
    }

    /// Asks the server to cancel; what it still answers is awaited within `PostgresLimits.cancellation`.
    private func stop(_ statement: inout RunningStatement, because reason: any Error) {
        guard statement.cancellation == nil else { return }
        statement.stop(because: reason, cancelling: CancelRequest(handle))
    }

    private func abandon(reason: String) -> PostgresError {
        shutdown(PQsocket(handle), Int32(SHUT_RDWR))
        PQconsumeInput(handle)
        return .connectionLost(server: address.description, reason: reason)
    }

    private func lost(_ refusal: (any Error)? = nil) -> any Error {
        if PQstatus(handle) == CONNECTION_OK {
            return abandon(reason: failureText())
        }
        let reason = (refusal as? PostgresError)?.message ?? failureText()
        return PostgresError.connectionLost(server: address.description, reason: reason)
    }

    private func failureText() -> String {
        let text = String(cString: PQerrorMessage(handle))
        // Lines that begin with a tab are libpq's questions to a person at a terminal.
        let lines = text.split(whereSeparator: \.isNewline).filter { !$0.hasPrefix("\t") }
        let line = lines.joined(separator: "; ")
        return line.isEmpty ? "no reason given" : line
    }

    private static func affectedRows(_ result: OpaquePointer) -> Int {
        Int(String(cString: PQcmdTuples(result))) ?? 0
    }

    // MARK: Waiting

    private enum Wakening {
        case ready
        case interrupted
        case expired
    }

    private func wait(
        for events: Int32, until end: ContinuousClock.Instant, watching statement: RunningStatement? = nil
    ) -> Wakening {
        // A statement that is being cancelled already must not spin on the interruption.
        let interruptible = statement?.cancellation == nil
        while true {
            var entries = [
                pollfd(fd: PQsocket(handle), events: Int16(events), revents: 0),
                pollfd(fd: interruptible ? interruption.descriptor : -1, events: Int16(POLLIN), revents: 0),
            ]
            let count = poll(&entries, 2, (end - .now).roundedUpMilliseconds)
            if count < 0 && errno == EINTR { continue }
            if count == 0 { return .expired }
            return entries[1].revents != 0 ? .interrupted : .ready
        }
    }
}

extension Duration {
    /// For `poll`: never negative, never 0 while time is left.
    fileprivate var roundedUpMilliseconds: Int32 {
        guard self > .zero else { return 0 }
        let milliseconds = self / .milliseconds(1)
        return milliseconds >= Double(Int32.max) ? Int32.max : Int32(milliseconds.rounded(.up))
    }
}
