/// One connection to a PostgreSQL server; statements run one after another on a thread of its own.
///
/// A cancelled task cancels its running statement on the server (`CancellationError`), and so does the deadline
/// (`PostgresError.timeout`). Share it between tasks only through `PostgresPool`: a `transaction` takes in whatever
/// other tasks send meanwhile.
package actor PostgresConnection {
    package nonisolated let address: PostgresAddress
    private let thread = ConnectionThread()
    private let interruption: Interruption
    private var session: LibpqSession?

    package nonisolated var unownedExecutor: UnownedSerialExecutor { thread.asUnownedSerialExecutor() }

    private init(address: PostgresAddress) throws {
        self.address = address
        interruption = try Interruption()
    }

    /// Connects, or throws `PostgresError.connect` (`.timeout` at the deadline).
    package static func connect(
        to address: PostgresAddress, applicationName: String,
        connectDeadline: Duration = PostgresLimits.connect
    ) async throws -> PostgresConnection {
        let connection = try PostgresConnection(address: address)
        try await connection.open(applicationName: applicationName, deadline: connectDeadline)
        return connection
    }

    /// Runs one statement and returns its rows.
    package func query(
        _ query: PostgresQuery, deadline: Duration = PostgresLimits.statement
    ) async throws -> [PostgresRow] {
        try await perform(deadline) { session, limit in try session.run(query, limit: limit).rows }
    }

    /// Runs one statement and returns the number of rows that it inserted, changed, deleted or selected.
    @discardableResult
    package func execute(_ query: PostgresQuery, deadline: Duration = PostgresLimits.statement) async throws -> Int {
        try await perform(deadline) { session, limit in try session.run(query, limit: limit).affectedRows }
    }

    /// Runs several statements separated by semicolons, in one transaction unless they say otherwise.
    package func executeScript(_ sql: String, deadline: Duration = PostgresLimits.statement) async throws {
        try await perform(deadline) { session, limit in try session.runScript(sql, limit: limit) }
    }

    /// Runs the body between BEGIN and COMMIT, or ROLLBACK when it throws.
    @discardableResult
    package nonisolated(nonsending) func transaction<Value>(
        _ body: nonisolated(nonsending) (PostgresConnection) async throws -> Value
    ) async throws -> Value {
        try await execute("BEGIN")
        do {
            let value = try await body(self)
            try await execute("COMMIT")
            return value
        } catch {
            await rollBack()
            throw error
        }
    }

    /// What the server keeps in place of a role's password (SCRAM-SHA-256), computed on this side.
    package func passwordVerifier(role: String, password: String) throws -> String {
        guard let session else { throw closed }
        return try session.passwordVerifier(role: role, password: password)
    }

    /// Keeps what the server says beside its answers from now on, for `takeNotices`.
    ///
    /// `SET client_min_messages` decides how much that is.
    package func collectNotices() {
        session?.notices.isCollecting = true
    }

    /// What the server said since the last call, the oldest first; at most `PostgresLimits.notices` of it.
    package func takeNotices() -> [PostgresNotice] {
        session?.notices.take() ?? []
    }

    /// Closes the connection; later calls throw `connectionLost`.
    package func close() {
        session = nil
    }

    /// Whether the server still holds the connection and no transaction is left open; asks the socket, not the server.
    package func isReusable() -> Bool {
        session?.isReusable ?? false
    }

    private var closed: PostgresError {
        .connectionLost(server: address.description, reason: "it was closed")
    }

    private func open(applicationName: String, deadline: Duration) async throws {
        interruption.reset()
        try await withTaskCancellationHandler {
            try start(applicationName: applicationName, deadline: deadline)
        } onCancel: {
            interruption.signal()
        }
    }

    private func start(applicationName: String, deadline: Duration) throws {
        session = try LibpqSession(
            address: address, applicationName: applicationName, interruption: interruption, deadline: deadline)
    }

    private func perform<Value>(
        _ deadline: Duration, _ work: (LibpqSession, Duration) throws -> Value
    ) async throws -> Value {
        guard session != nil else { throw closed }
        try Task.checkCancellation()
        interruption.reset()
        return try await withTaskCancellationHandler {
            // A method of the actor: a closure that touches nothing of it would block a thread that all tasks share.
            try carryOut(work, limit: deadline)
        } onCancel: {
            interruption.signal()
        }
    }

    private func carryOut<Value>(_ work: (LibpqSession, Duration) throws -> Value, limit: Duration) throws -> Value {
        guard let session else { throw closed }
        return try work(session, limit)
    }

    /// Ends a failed transaction, also in a cancelled task; a connection that cannot is closed.
    private func rollBack() {
        interruption.reset()
        guard let session, session.isInTransaction else { return }
        do {
            _ = try session.run("ROLLBACK", limit: PostgresLimits.cancellation)
        } catch {
            close()
        }
    }
}
