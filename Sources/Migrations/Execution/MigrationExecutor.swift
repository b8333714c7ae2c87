package import Postgres

/// Runs migrations on a database that is in use, so that nobody waits, and may be killed at any point.
///
/// One run at a time has the turn. Locks are asked for when they can be had; every statement leaves its row in the
/// ledger, in its own transaction, so that the next run continues where this one ended.
package struct MigrationExecutor: Sendable {
    package let address: PostgresAddress
    let parser: any SQLParser
    package let limits: ExecutionLimits
    package let backfillLimits: BackfillLimits
    let tell: @Sendable (ExecutionEvent) -> Void
    let boundary: @Sendable (String) -> Void
    let applicationTrouble: @Sendable () async -> String?

    /// `tell` hears how it goes; `boundary` is called at every point where being killed makes a difference;
    /// `applicationTrouble` says why the application is better left alone (its error budget), or nil.
    package init(
        address: PostgresAddress, parser: any SQLParser = PgQueryParser(), limits: ExecutionLimits = ExecutionLimits(),
        backfillLimits: BackfillLimits = BackfillLimits(),
        tell: @escaping @Sendable (ExecutionEvent) -> Void = { _ in },
        boundary: @escaping @Sendable (String) -> Void = { _ in },
        applicationTrouble: @escaping @Sendable () async -> String? = { nil }
    ) {
        self.address = address
        self.parser = parser
        self.limits = limits
        self.backfillLimits = backfillLimits
        self.tell = tell
        self.boundary = boundary
        self.applicationTrouble = applicationTrouble
    }

    /// The migrations whose step `apply` would run, in their order; changes nothing.
    ///
    /// Throws `ExecutionError` for what stands in the way: an edited file, an order that is no longer possible, a schema
    /// that somebody changed by hand.
    package func pending(
        _ migrations: [Migration], _ phase: MigrationPhase = .expand, allowsOutOfOrder: Bool = false,
        acceptsChangesByHand: Bool = false
    ) async throws -> [Migration] {
        try await looking("switchyard status") { history in
            let schedule = MigrationSchedule(migrations: migrations, applied: try await history.applied())
            let pending = try await schedule.pending(phase, allowsOutOfOrder: allowsOutOfOrder)
            if !pending.isEmpty && !acceptsChangesByHand {
                try await refuseChangesByHand(history, patience: ExecutionLimits.lookPatience)
            }
            return pending
        }
    }

    /// What a rehearsal showed holds for the schema that Switchyard knows.
    private func refuseChangesByHand(_ history: MigrationHistory, patience: Duration) async throws {
        let changes = try await history.changesByHand(patience: patience)
        guard changes.isEmpty else { throw ExecutionError.changedByHand(changes) }
    }

    /// Takes what somebody changed by hand for a part of the schema; returns what that was, a line each.
    package func acceptChangesByHand(cause: ExecutionCause) async throws -> [String] {
        try await withTurn("migration accept") { history, _ in
            try await prepare(history)
            return try await accept(history, cause: cause)
        }
    }

    private func accept(_ history: MigrationHistory, cause: ExecutionCause) async throws -> [String] {
        let changes = try await history.changesByHand(patience: limits.lockPatience)
        if !changes.isEmpty { try await history.acceptChanges(changes, cause: cause) }
        return changes
    }

    /// Runs what is pending of a phase and returns the names of what it ran.
    ///
    /// Throws `ExecutionError`, `SQLSyntaxError` or `PostgresError`; what ran before the error is kept and recorded.
    package func apply(
        _ migrations: [Migration], _ phase: MigrationPhase = .expand, cause: ExecutionCause,
        allowsOutOfOrder: Bool = false, acceptsChangesByHand: Bool = false
    ) async throws -> [MigrationName] {
        try await withTurn("migration apply") { history, end in
            var names: [MigrationName] = []
            let schedule = MigrationSchedule(migrations: migrations, applied: try await history.applied())
            let pending = try await schedule.pending(phase, allowsOutOfOrder: allowsOutOfOrder)
            // All are read before anything is changed.
            let steps = try pending.map { migration in
                try migration[phase].map { try ExecutionStep(migration.name, $0, parser: parser) }
            }
            try refuseContractInExpand(among: migrations, pending: pending)
            try await prepare(history)
            if acceptsChangesByHand {
                _ = try await accept(history, cause: cause)
            } else if !pending.isEmpty && phase != .backfill {
                try await refuseChangesByHand(history, patience: limits.lockPatience)
            }
            for step in steps.compactMap(\.self) {
                try await run(step, cause: cause, end: end)
                if phase != .backfill { try await history.recordCatalog() }
                names.append(step.name)
            }
            return names
        }
    }

    /// Takes back the expansion of a migration, or of the latest that is applied.
    package func revert(
        _ name: MigrationName?, of migrations: [Migration], cause: ExecutionCause
    ) async throws -> MigrationName {
        try await withTurn("migration revert") { history, end in
            let schedule = MigrationSchedule(migrations: migrations, applied: try await history.applied())
            let (migration, revert) = try schedule.revert(name)
            let step = try ExecutionStep(migration.name, revert, parser: parser)
            try await prepare(history)
            try await run(step, cause: cause, end: end)
            try await history.recordCatalog()
            return migration.name
        }
    }

    /// Records the migrations up to a name (all without one) as applied without running them, for a database that has
    /// what they make; returns their names.
    package func baseline(
        _ migrations: [Migration], through last: MigrationName?, cause: ExecutionCause
    ) async throws -> [MigrationName] {
        if let last, !migrations.contains(where: { $0.name == last }) { throw ExecutionError.unknown(last) }
        return try await withTurn("migration baseline") { history, _ in
            try await prepare(history)
            let applied = Set(try await history.applied().map(\.name))
            let taken = migrations.filter { migration in
                !applied.contains(migration.name) && last.map { migration.name <= $0 } ?? true
            }
            try await history.connection.transaction { _ in
                for migration in taken {
                    for step in migration.steps where step.phase != .revert {
                        try await history.complete(
                            ExecutionStep(migration.name, unread: step), cause: cause, origin: .baseline,
                            duration: .zero)
                    }
                }
            }
            try await history.recordCatalog()
            return taken.map(\.name)
        }
    }

    /// The phases' rules hold whoever calls; what else may be dangerous is a matter of the rehearsal.
    private func refuseContractInExpand(among migrations: [Migration], pending: [Migration]) throws {
        for finding in MigrationCheck(parser: parser).findings(in: migrations) where finding.rule == .contractInExpand {
            guard let migration = pending.first(where: { $0.expand?.file == finding.file }) else { continue }
            throw ExecutionError.contractInExpand(
                migration.name,
                SQLPosition(file: finding.file, line: finding.line ?? 1, column: finding.column ?? 1),
                reason: finding.message)
        }
    }

    private func run(_ step: ExecutionStep, cause: ExecutionCause, end: ContinuousClock.Instant) async throws {
        try await ExecutionSession.using(
            address, phase: step.phase, limits: limits, end: end, tell: tell, boundary: boundary
        ) { session in
            guard step.phase == .backfill else {
                return try await StepRun(step, cause: cause, session: session).run()
            }
            try await BackfillRun(
                step, Backfill(step.step, parser: parser), cause: cause, session: session, limits: backfillLimits,
                applicationTrouble: applicationTrouble
            ).run()
        }
    }

    /// What is applied of a folder, and how what is there differs from it; changes nothing.
    package func status(of migrations: [Migration]) async throws -> MigrationStatus {
        try await looking("switchyard status") { history in
            try await MigrationStatus(migrations, history: history, parser: parser)
        }
    }

    /// What happened to the database's migrations, the latest last.
    package func history(last count: Int) async throws -> [HistoryEvent] {
        try await looking("switchyard history") { history in try await history.events(last: count) }
    }

    /// Lends the record to who changes nothing.
    func looking<Value>(
        _ applicationName: String, _ body: (MigrationHistory) async throws -> Value
    ) async throws -> Value {
        try await PostgresConnection.using(address, applicationName: applicationName) { connection in
            do {
                return try await body(MigrationHistory(connection: connection))
            } catch PostgresError.server("42501", let message, _, _) {
                throw ExecutionError.missingRight(
                    role: address.user ?? "?", database: address.database ?? "?",
                    right: "the right to read what Switchyard records (\(message))")
            }
        }
    }

    /// Makes the record where it is missing.
    private func prepare(_ history: MigrationHistory) async throws {
        try await history.prepare(limits: limits)
        try await history.prepareCatalog(limits: limits)
        boundary("prepared")
    }

    private func withTurn<Value>(
        _ command: String, _ body: (MigrationHistory, ContinuousClock.Instant) async throws -> Value
    ) async throws -> Value {
        let end = ContinuousClock.now + limits.deadline
        let name = RunnerTurn.applicationName(of: command)
        return try await PostgresConnection.using(address, applicationName: name) { connection in
            try await ServerExamination.refuseUnfit(connection, oldest: limits.oldestServer)
            _ = try await RunnerTurn.take(.run, on: connection, limits: limits, tell: tell)
            boundary("turn")
            return try await body(MigrationHistory(connection: connection), end)
        }
    }
}
