import Postgres

/// One rehearsal while it runs.
struct RehearsalRun {
    let rehearsal: Rehearsal
    let clone: RehearsalClone
    let forward: ForwardProof
    private var report = RehearsalReport()
    private var releases: ReleaseTrials

    init(rehearsal: Rehearsal, clone: RehearsalClone, forward: ForwardProof) {
        self.rehearsal = rehearsal
        self.clone = clone
        self.forward = forward
        releases = ReleaseTrials(of: rehearsal.releases, on: clone.address, progress: rehearsal.progress)
    }

    /// What is played: a migration's step of a phase.
    private struct Scene {
        let migration: Migration
        let statements: [SQLStatement]
        /// Whether the migration's expansion has run before, so that its contraction is what comes next.
        let isExpanded: Bool
    }

    private var limits: RehearsalLimits { rehearsal.limits }

    func run() async throws -> RehearsalReport {
        var run = self
        try await run.play()
        return run.report
    }

    private mutating func play() async throws {
        let applied = try await appliedSteps()
        try await timing(.forwardProof) { run in try await run.prepareProof() }
        let expansions = try scenes(.expand, applied)
        let contractions = try scenes(.contract, applied)
        let backfills = try scenes(.backfill, applied)
        guard !(expansions + backfills + contractions).isEmpty else { return }
        try await timing(.releases) { run in run.report.coverage.gaps += try await run.releases.tryBefore() }
        guard try await expand(expansions) else { return }
        if contractions.isEmpty { try await tryReleasesAfter() }
        for scene in backfills {
            guard try await timing(.trace, { run in try await run.backfill(scene) }) else { return }
        }
        guard !contractions.isEmpty else { return }
        guard try await contract(contractions) else { return }
        try await tryReleasesAfter()
    }

    private mutating func tryReleasesAfter() async throws {
        try await timing(.releases) { run in
            run.report.coverage.releases = run.releases.names
            run.report.releaseFindings = try await run.releases.tryAfter()
        }
    }

    /// What the time of a rehearsal goes into.
    private enum Part: String {
        case forwardProof = "forward proof"
        case releases = "running releases"
        case trace = "trace"
        case wayBack = "way back"
    }

    /// Adds the time that work takes to that of its part.
    private mutating func timing<Value>(
        _ part: Part, _ work: (inout RehearsalRun) async throws -> Value
    ) async throws -> Value {
        let start = ContinuousClock.now
        let value = try await work(&self)
        report.add(part.rawValue, took: .now - start)
        return value
    }

    private mutating func prepareProof() async throws {
        try await forward.prepare(rehearsal.observed.distinct)
        report.coverage.statements = await forward.count
        report.coverage.unproved = await forward.unproved
        report.coverage.gaps = rehearsal.observed.gaps
        for function in await forward.probes.opaqueFunctions {
            report.coverage.gaps.append("Statements call \(function), into whose body nobody looks.")
        }
    }

    // MARK: What is pending

    private func scenes(_ phase: MigrationPhase, _ applied: Set<String>) throws -> [Scene] {
        guard rehearsal.phases.contains(phase) else { return [] }
        return try rehearsal.migrations.compactMap { migration in
            guard let step = migration[phase], !applied.contains("\(migration.name) \(phase.rawValue)") else {
                return nil
            }
            let isExpanded = migration.expand == nil || applied.contains("\(migration.name) expand")
            let statements = try phase == .backfill ? [] : step.statements(by: rehearsal.parser)
            return Scene(migration: migration, statements: statements, isExpanded: isExpanded)
        }
    }

    /// `name phase` of what the history in the backup says is applied.
    private func appliedSteps() async throws -> Set<String> {
        try await connected { connection in
            let table = try await connection.query("SELECT to_regclass('switchyard.migrations') IS NOT NULL AS present")
            guard try table[0].decode("present") else { return [] }
            let rows = try await connection.query("SELECT name || ' ' || phase AS step FROM switchyard.migrations")
            return Set(try rows.map { try $0.decode("step") })
        }
    }

    // MARK: Expansions

    /// Answers whether all of them ran.
    private mutating func expand(_ scenes: [Scene]) async throws -> Bool {
        let tracer = try await tracer()
        var rows = RowFingerprints()
        if scenes.contains(where: { $0.migration.revert != nil }) {
            rehearsal.progress("Reading all rows of the clone, to compare them after each way back.")
            try await timing(.wayBack) { run in
                try await run.read(tracer.known.tables, of: tracer.known, into: &rows)
            }
        }
        var catalog = tracer.known
        for (index, scene) in scenes.enumerated() {
            let name = scene.migration.name
            let count = scene.statements.count
            rehearsal.progress("Expanding \(name): \(count) statement\(count == 1 ? "" : "s").")
            let traces = try await timing(.trace) { _ in
                try await tracer.trace(scene.statements, phase: .expand)
            }
            let expanded = try await snapshot()
            let breaks = try await timing(.forwardProof) { run in try await run.followOnSchema(scene, traces) }
            note(scene, traces, by: tracer, breaks: breaks)
            if traces.last?.refusal != nil {
                report.notRehearsed = scenes[(index + 1)...].map(\.migration.name.rawValue)
                return false
            }
            let touched = Set(traces.flatMap(\.writtenTables))
            report.wayBack[name.rawValue] = try await timing(.wayBack) { run in
                let wayBack = try await run.wayBack(
                    scene, to: catalog, rows: rows, tables: touched.sorted(),
                    expansion: CatalogDifference(from: catalog, to: expanded))
                if !rows.tables.isEmpty { try await run.read(touched.sorted(), of: expanded, into: &rows) }
                return wayBack
            }
            catalog = expanded
        }
        return true
    }

    private func wayBack(
        _ scene: Scene, to catalog: CatalogSnapshot, rows: RowFingerprints, tables: [String],
        expansion: CatalogDifference
    ) async throws -> WayBack {
        guard let revert = scene.migration.revert else {
            return WayBack(.irreversible, ["It has no revert."])
        }
        rehearsal.progress("Going back from \(scene.migration.name).")
        let proof = WayBackProof(
            clone: clone.address, role: rehearsal.database.role, limits: limits, catalog: catalog, rows: rows,
            tables: tables)
        return try await proof.prove(revert.statements(by: rehearsal.parser), madeBy: expansion)
    }

    // MARK: Backfills and contractions

    /// All rows at once, since nobody waits on the clone; answers whether it ran.
    private mutating func backfill(_ scene: Scene) async throws -> Bool {
        guard let step = scene.migration.backfill else { return true }
        rehearsal.progress("Backfilling \(scene.migration.name).")
        let backfill = try Backfill(step, parser: rehearsal.parser)
        if let reason = try await unusableKey(of: backfill) {
            let finding = RehearsalFinding(.dangerous, "unusable-key", "The backfill cannot run: \(reason).")
            record(scene, [StatementTrace(statement: backfill.statement, phase: .backfill)], [[finding]])
            return false
        }
        let bounds = try await connected { connection in
            try await connection.query(
                """
                SELECT min(\(identifier: backfill.key))::text AS first, max(\(identifier: backfill.key))::text AS last
                FROM \(unescaped: backfill.table.sql)
                """, deadline: limits.statement)[0]
        }
        guard let first = try bounds.decode("first", as: String?.self),
            let last = try bounds.decode("last", as: String?.self)
        else { return true }
        let statement = SQLStatement(
            text: backfill.batch(from: first, through: last), position: backfill.statement.position,
            kind: backfill.statement.kind, fingerprint: backfill.statement.fingerprint)
        let traces = try await tracer().trace([statement], phase: .backfill)
        let refusals = traces.map { trace in
            trace.refusal.map { [RehearsalFinding($0)] } ?? []
        }
        record(scene, traces, refusals)
        return traces.last?.refusal == nil
    }

    private func unusableKey(of backfill: Backfill) async throws -> String? {
        try await connected { connection in
            if let role = rehearsal.database.role { try await connection.execute("SET ROLE \(identifier: role)") }
            return try await BackfillKey(of: backfill, on: connection).fault()
        }
    }

    /// Answers whether all of them ran.
    private mutating func contract(_ scenes: [Scene]) async throws -> Bool {
        let tracer = try await tracer()
        for scene in scenes {
            rehearsal.progress("Contracting \(scene.migration.name): \(scene.statements.count) statements.")
            let traces = try await timing(.trace) { _ in
                try await tracer.trace(scene.statements, phase: .contract)
            }
            let breaks = try await timing(.forwardProof) { run in try await run.followOnSchema(scene, traces) }
            note(scene, traces, by: tracer, breaks: breaks)
            if traces.last?.refusal != nil { return false }
        }
        return true
    }

    // MARK: Findings

    private mutating func note(
        _ scene: Scene, _ traces: [StatementTrace], by tracer: StatementTracer, breaks: [(Int, ForwardProof.Break)]
    ) {
        let isContraction = traces.first?.phase == .contract
        var findings = tracer.findings(for: traces).map { findings in
            isContraction ? findings.map(\.meantInContraction) : findings
        }
        for (index, broken) in breaks {
            let severity: RehearsalFinding.Severity =
                isContraction && !scene.isExpanded ? .note : .incompatible
            findings[index].append(
                RehearsalFinding(
                    severity, "breaks-statement",
                    "A statement of \(rehearsal.observed.sender(of: broken.text)) fails from then on "
                        + "(\(broken.reason)): \(broken.text)"))
        }
        if isContraction { noteUnproved(naming: traces) }
        record(scene, traces, findings)
    }

    /// A statement that could not be tried may be the one that uses what a contraction takes away.
    private mutating func noteUnproved(naming traces: [StatementTrace]) {
        let names = Set(
            traces.flatMap { $0.difference?.lostObjects ?? [] }.map { object in
                String(object.name.split(separator: ".").last ?? "")
            })
        for text in report.coverage.unproved where names.contains(where: text.contains) {
            report.coverage.gaps.append("A statement could not be tried, and names what goes: \(text)")
        }
    }

    private mutating func record(_ scene: Scene, _ traces: [StatementTrace], _ findings: [[RehearsalFinding]]) {
        report.statements += zip(traces, findings).map { trace, findings in
            RehearsalReport.StatementRecord(trace, of: scene.migration, findings: findings)
        }
    }

    /// Repeats the step on the schema without rows, and says which of its statements breaks which of the release's.
    private mutating func followOnSchema(
        _ scene: Scene, _ traces: [StatementTrace]
    ) async throws -> [(Int, ForwardProof.Break)] {
        let (breaks, gaps) = try await PostgresConnection.using(
            clone.schema, applicationName: StatementTracer.applicationName
        ) { connection in
            if let role = rehearsal.database.role { try await connection.execute("SET ROLE \(identifier: role)") }
            var breaks: [(Int, ForwardProof.Break)] = []
            var gaps: [String] = []
            for (index, trace) in traces.enumerated() where trace.refusal == nil {
                do {
                    try await connection.executeScript(trace.statement.text, deadline: limits.statement)
                } catch let refusal as PostgresError where refusal.sqlState != nil {
                    // Without rows, or without what stands before it in its transaction, it may mean something else.
                    gaps.append(
                        "Nobody knows which statements break at \(trace.statement.position): it cannot be repeated on a "
                            + "copy without rows (\(refusal))")
                    continue
                }
                breaks += try await forward.breaks().map { (index, $0) }
                breaks += await forward.silentBreaks(of: trace.difference?.lostObjects ?? []).map { (index, $0) }
            }
            return (breaks, gaps)
        }
        report.coverage.gaps += gaps
        return breaks
    }

    // MARK: The clone

    private func tracer() async throws -> StatementTracer {
        try await StatementTracer(clone: clone.address, role: rehearsal.database.role, limits: limits)
    }

    private func snapshot() async throws -> CatalogSnapshot {
        try await connected { connection in try await CatalogSnapshot.take(on: connection) }
    }

    private func read(_ tables: [String], of catalog: CatalogSnapshot, into rows: inout RowFingerprints) async throws {
        let known = rows
        rows = try await connected { connection in
            var rows = known
            try await rows.read(tables, of: catalog, on: connection, limit: limits.statement)
            return rows
        }
    }

    private func connected<Value>(_ body: (PostgresConnection) async throws -> Value) async throws -> Value {
        try await PostgresConnection.using(clone.address, applicationName: StatementTracer.applicationName, body)
    }
}

extension RehearsalFinding {
    /// What a contraction takes away is what it is for; whether anybody still uses it is told by the statements.
    fileprivate var meantInContraction: RehearsalFinding {
        severity == .incompatible && rule != Self.violatedConstraint ? RehearsalFinding(.note, rule, message) : self
    }
}

extension StatementTrace {
    /// The tables, as a snapshot names them, whose rows or form it may have changed.
    fileprivate var writtenTables: [String] {
        locks.filter { $0.mode.blocks > .nothing }.map(\.relation.description)
    }
}

extension CatalogDifference {
    /// What is gone, or holds other values than before.
    fileprivate var lostObjects: [CatalogObject] {
        let retyped = changed.filter { change in
            guard change.before.kind == .column, let old = change.before.facts["type"],
                let new = change.after.facts["type"]
            else { return false }
            return old != new && !ColumnType(old).widens(to: ColumnType(new))
        }
        return removed + retyped.map(\.before)
    }
}
