package import Postgres

/// Runs the statements of a step on a clone, one after the other as the executor would, and measures each.
///
/// What stands between two statements that need no transaction runs in one; what the server refuses inside a
/// transaction runs by itself and is watched from a second session. Four looks tell what a statement did: the locks of
/// its session, the files of the relations, the tuples read and changed, and what the server says at DEBUG1.
package struct StatementTracer: Sendable {
    package let clone: PostgresAddress
    /// The role that the migration will run as; nil for the one that connects.
    package let role: String?
    package let limits: RehearsalLimits
    /// The relations that the application uses now: what the migrations make is not waited for by anyone.
    let baseline: RelationStates
    /// What code that is running knows of the catalog.
    package let known: CatalogSnapshot

    /// Remembers the relations that are there.
    package init(clone: PostgresAddress, role: String? = nil, limits: RehearsalLimits = RehearsalLimits()) async throws
    {
        self.clone = clone
        self.role = role
        self.limits = limits
        (baseline, known) = try await PostgresConnection.using(
            clone, applicationName: Self.applicationName
        ) { connection in
            (try await RelationStates.take(on: connection), try await CatalogSnapshot.take(on: connection))
        }
    }

    /// Runs a step and commits it; what the server refuses ends it, and its transaction is rolled back.
    package func trace(_ statements: [SQLStatement], phase: MigrationPhase) async throws -> [StatementTrace] {
        try await PostgresConnection.using(clone, applicationName: Self.applicationName) { connection in
            try await prepare(connection)
            let before = try await CatalogSnapshot.take(on: connection)
            var traces: [StatementTrace] = []
            var catalog = before
            for (number, group) in StatementGroup.groups(of: statements).enumerated() {
                let session = TracedSession(connection: connection, tracer: self, phase: phase, transaction: number)
                let (more, next) =
                    group.isTransaction
                    ? try await session.traceTransaction(group.statements, from: catalog)
                    : try await session.traceAlone(group.statements[0], from: catalog)
                traces += more
                catalog = next
                if more.last?.refusal != nil { return traces }
            }
            let compatibility = CatalogCompatibility(from: before, to: catalog)
            let trials = [
                try await ConstraintTrial(limits: limits).judgements(of: compatibility, on: connection),
                try await WriteTrial(limits: limits, known: known).judgements(of: compatibility, on: connection),
            ]
            return judged(traces, compatibility.judgements(knowing: known) + trials.flatMap(\.self))
        }
    }

    /// What the traces of one step mean for an application that runs meanwhile, for each statement in their order.
    package func findings(for traces: [StatementTrace]) -> [[RehearsalFinding]] {
        zip(LockJudge(traces: traces, limits: limits).findings(), traces).map { $0 + $1.compatibility }
    }

    /// Tells at each statement what the step comes to for code that is running: what one statement takes away and a
    /// later one gives back is not missed.
    private func judged(
        _ traces: [StatementTrace], _ judgements: [CatalogCompatibility.Judgement]
    ) -> [StatementTrace] {
        var traces = traces
        for judgement in judgements {
            let index = traces.lastIndex { $0.difference?.mentions(judgement.object.id) == true }
            traces[index ?? traces.count - 1].compatibility.append(judgement.finding)
        }
        return traces
    }

    private func prepare(_ connection: PostgresConnection) async throws {
        await connection.collectNotices()
        try await connection.execute("SET client_min_messages = 'debug1'")
        if let role { try await connection.execute("SET ROLE \(identifier: role)") }
    }

    static let applicationName = "switchyard rehearsal"
}

/// Statements that share a transaction, or one that has none.
struct StatementGroup: Sendable {
    var statements: [SQLStatement]
    let isTransaction: Bool

    static func groups(of statements: [SQLStatement]) -> [StatementGroup] {
        var groups: [StatementGroup] = []
        for statement in statements {
            if !statement.runsOutsideTransaction, let last = groups.last, last.isTransaction {
                groups[groups.count - 1].statements.append(statement)
            } else {
                groups.append(StatementGroup(statements: [statement], isTransaction: !statement.runsOutsideTransaction))
            }
        }
        return groups
    }
}
