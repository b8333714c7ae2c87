/// A bounded set of connections to one database, each lent to one task at a time.
///
/// A connection that the server dropped, or that comes back inside a transaction, is thrown away and replaced when
/// the next caller needs one: after a restart of the server the pool works again without anyone's help.
package actor PostgresPool {
    package nonisolated let address: PostgresAddress
    package nonisolated let size: Int
    private let applicationName: String
    private let waitLimit: Duration
    private let connectDeadline: Duration

    private var idle: [PostgresConnection] = []
    /// Connections that exist or are being made.
    private var opened = 0
    private var waiters: [Waiter] = []
    private var nextWaiter = 0
    private var isClosed = false

    private struct Waiter {
        let number: Int
        let continuation: CheckedContinuation<Grant, any Error>
    }

    /// What a waiting caller is given: a connection, or the place to make one.
    private enum Grant {
        case connection(PostgresConnection)
        case place
    }

    package init(
        address: PostgresAddress, size: Int, applicationName: String, waitLimit: Duration = PostgresLimits.poolWait,
        connectDeadline: Duration = PostgresLimits.connect
    ) {
        precondition(size > 0, "A pool needs at least one connection.")
        self.address = address
        self.size = size
        self.applicationName = applicationName
        self.waitLimit = waitLimit
        self.connectDeadline = connectDeadline
    }

    /// Lends a connection for the time of the body.
    ///
    /// Throws `PostgresError.poolExhausted` when none becomes free within the wait limit, `.poolClosed` after
    /// `close()`, and what connecting throws.
    @discardableResult
    package nonisolated(nonsending) func withConnection<Value>(
        _ body: nonisolated(nonsending) (PostgresConnection) async throws -> Value
    ) async throws -> Value {
        let connection = try await acquire()
        do {
            let value = try await body(connection)
            await release(connection)
            return value
        } catch {
            await release(connection)
            throw error
        }
    }

    /// Closes the idle connections and refuses new callers; lent ones are closed as they come back.
    package func close() async {
        isClosed = true
        let closing = idle
        idle = []
        opened -= closing.count
        for waiter in waiters { waiter.continuation.resume(throwing: PostgresError.poolClosed) }
        waiters = []
        for connection in closing { await connection.close() }
    }

    private func acquire() async throws -> PostgresConnection {
        while true {
            switch try await nextGrant() {
            case .place: return try await open()
            case .connection(let connection):
                if await connection.isReusable() { return connection }
                await discard(connection)
            }
        }
    }

    private func nextGrant() async throws -> Grant {
        guard !isClosed else { throw PostgresError.poolClosed }
        if let connection = idle.popLast() { return .connection(connection) }
        if opened < size {
            opened += 1
            return .place
        }
        guard waiters.count < PostgresLimits.poolWaiters else {
            throw PostgresError.poolExhausted(size: size, waited: .zero)
        }
        return try await waitForGrant()
    }

    private func open() async throws -> PostgresConnection {
        do {
            return try await PostgresConnection.connect(
                to: address, applicationName: applicationName, connectDeadline: connectDeadline)
        } catch {
            freePlace()
            throw error
        }
    }

    private func release(_ connection: PostgresConnection) async {
        guard await connection.isReusable(), !isClosed else { return await discard(connection) }
        if waiters.isEmpty {
            idle.append(connection)
        } else {
            waiters.removeFirst().continuation.resume(returning: .connection(connection))
        }
    }

    private func discard(_ connection: PostgresConnection) async {
        await connection.close()
        freePlace()
    }

    private func freePlace() {
        if waiters.isEmpty {
            opened -= 1
        } else {
            waiters.removeFirst().continuation.resume(returning: .place)
        }
    }

    private func waitForGrant() async throws -> Grant {
        nextWaiter += 1
        let number = nextWaiter
        let limit = waitLimit
        return try await withThrowingTaskGroup(of: Void.self) { group in
            // The timer also hears of the caller's cancellation.
            group.addTask {
                do {
                    try await Task.sleep(for: limit)
                    await self.giveUp(number, because: PostgresError.poolExhausted(size: self.size, waited: limit))
                } catch {
                    await self.giveUp(number, because: error)
                }
            }
            defer { group.cancelAll() }
            return try await withCheckedThrowingContinuation { continuation in
                waiters.append(Waiter(number: number, continuation: continuation))
            }
        }
    }

    private func giveUp(_ number: Int, because reason: any Error) {
        guard let index = waiters.firstIndex(where: { $0.number == number }) else { return }
        waiters.remove(at: index).continuation.resume(throwing: reason)
    }
}
