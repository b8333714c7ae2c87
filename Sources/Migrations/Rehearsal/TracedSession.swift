import Postgres

/// One transaction of a step under the tracer, or one statement that has none.
struct TracedSession: Sendable {
    let connection: PostgresConnection
    let tracer: StatementTracer
    let phase: MigrationPhase
    let transaction: Int

    /// A statement with the looks before and after it.
    private struct Passage {
        var trace: StatementTrace
        let before: StatementProbe
        var sampled: Set<StatementProbe.RelationLock>?
    }

    // MARK: In a transaction

    /// The traces, and the catalog when they were done; `catalog` is the one before.
    func traceTransaction(
        _ statements: [SQLStatement], from catalog: CatalogSnapshot
    ) async throws -> ([StatementTrace], CatalogSnapshot) {
        try await connection.execute("BEGIN")
        var traces: [StatementTrace] = []
        var probe = try await StatementProbe.take(on: connection)
        var catalog = catalog
        for statement in statements {
            var passage = Passage(trace: start(statement), before: probe)
            try await run(&passage.trace)
            guard passage.trace.refusal == nil else {
                traces.append(passage.trace)
                break
            }
            probe = try await StatementProbe.take(on: connection)
            let next = try await CatalogSnapshot.take(on: connection)
            traces.append(complete(passage, probe, CatalogDifference(from: catalog, to: next)))
            catalog = next
        }
        if traces.last?.refusal == nil { try await noteLockedRows(in: &traces, held: probe.locks) }
        return (try await end(traces), catalog)
    }

    /// Tells the statement that first locked rows of a table of all that are locked in it when the transaction ends.
    private func noteLockedRows(in traces: inout [StatementTrace], held: Set<StatementProbe.RelationLock>) async throws
    {
        for lock in held where lock.mode == .rowShare {
            guard let table = tracer.baseline[lock.relation], table.kind == "r",
                let index = traces.firstIndex(where: { trace in
                    trace.locks.contains { $0.relation == table.name && $0.mode == .rowShare }
                })
            else { continue }
            let locked = try await RowLocks(limits: tracer.limits).count(in: table.name, of: tracer.clone)
            traces[index].noteLocked(locked, of: table)
        }
    }

    /// Commits, where deferred constraints still may refuse.
    private func end(_ traces: [StatementTrace]) async throws -> [StatementTrace] {
        var traces = traces
        guard traces.last?.refusal == nil else {
            try await connection.execute("ROLLBACK")
            return traces
        }
        do {
            try await connection.execute("COMMIT", deadline: tracer.limits.statement)
        } catch let refusal as PostgresError where refusal.sqlState != nil {
            traces[traces.count - 1].refusal = refusal
        }
        return traces
    }

    // MARK: By itself

    func traceAlone(
        _ statement: SQLStatement, from catalog: CatalogSnapshot
    ) async throws -> ([StatementTrace], CatalogSnapshot) {
        let begun = start(statement)
        var passage = Passage(trace: begun, before: try await StatementProbe.take(on: connection))
        let process = try await connection.query("SELECT pg_backend_pid() AS process")[0].decode(
            "process", as: Int.self)
        let (trace, locks) = try await withThrowingTaskGroup(of: Watched.self) { group in
            group.addTask { .ran(try await ran(begun)) }
            let observer = try await PostgresConnection.connect(
                to: tracer.clone, applicationName: StatementTracer.applicationName)
            group.addTask { .saw(try await LockSampler(process: process, limits: tracer.limits).sample(on: observer)) }
            var trace = begun
            var locks: Set<StatementProbe.RelationLock> = []
            while let watched = try await group.next() {
                switch watched {
                case .ran(let done):
                    trace = done
                    group.cancelAll()
                case .saw(let seen): locks = seen
                }
            }
            await observer.close()
            return (trace, locks)
        }
        passage.trace = trace
        passage.sampled = locks
        let after = try await StatementProbe.take(on: connection)
        let next = try await CatalogSnapshot.take(on: connection)
        return ([complete(passage, after, CatalogDifference(from: catalog, to: next))], next)
    }

    private enum Watched: Sendable {
        case ran(StatementTrace)
        case saw(Set<StatementProbe.RelationLock>)
    }

    private func ran(_ trace: StatementTrace) async throws -> StatementTrace {
        var trace = trace
        try await run(&trace)
        return trace
    }

    // MARK: One statement

    private func start(_ statement: SQLStatement) -> StatementTrace {
        var trace = StatementTrace(statement: statement, phase: phase)
        trace.transaction = transaction
        return trace
    }

    private func run(_ trace: inout StatementTrace) async throws {
        _ = await connection.takeNotices()
        let begin = ContinuousClock.now
        do {
            try await connection.executeScript(trace.statement.text, deadline: tracer.limits.statement)
        } catch let refusal as PostgresError where refusal.sqlState != nil {
            trace.refusal = refusal
        }
        trace.duration = .now - begin
        trace.messages = await connection.takeNotices().prefix(RehearsalLimits.messages).map(\.message)
    }

    private func complete(
        _ passage: Passage, _ after: StatementProbe, _ difference: CatalogDifference
    ) -> StatementTrace {
        var trace = passage.trace
        let reading = ProbeReading(baseline: tracer.baseline, before: passage.before, after: after)
        trace.locks = reading.locks(sampled: passage.sampled)
        trace.touches = reading.touches()
        trace.invalidIndexes = reading.invalidIndexes()
        trace.writeAheadLogBytes = max(0, after.writeAheadLogPosition - passage.before.writeAheadLogPosition)
        trace.difference = difference
        return trace
    }
}

/// Looks again and again at what another session has locked.
struct LockSampler: Sendable {
    let process: Int
    let limits: RehearsalLimits

    /// All locks seen until the task is cancelled.
    func sample(on observer: PostgresConnection) async throws -> Set<StatementProbe.RelationLock> {
        var seen: Set<StatementProbe.RelationLock> = []
        while !Task.isCancelled {
            do {
                seen.formUnion(try await StatementProbe.locks(ofSession: process, on: observer))
                try await Task.sleep(for: limits.samplingPause)
            } catch is CancellationError {
                break
            }
        }
        return seen
    }
}
