/// Plays pending migrations on a clone and says what each statement would do to the running release.
///
/// The expansions come first, in their order, each with its way back; then what the running release asks is tried on
/// the expanded schema; then backfills and contractions. A statement that fails ends the rehearsal.
package struct Rehearsal: Sendable {
    package let migrations: [Migration]
    package let database: RehearsedDatabase
    package let observed: ObservedStatements
    /// The phases that are played.
    package var phases: Set<MigrationPhase> = [.expand, .backfill, .contract]
    /// The running releases themselves, which are started on the clone before and after the migrations.
    package var releases: [any ReleaseTrial] = []
    package var limits = RehearsalLimits()
    package var parser: any SQLParser = PgQueryParser()
    /// Is told what is done, one line for each part.
    package var progress: @Sendable (String) -> Void = { _ in }

    package init(migrations: [Migration], database: RehearsedDatabase, observed: ObservedStatements = .init()) {
        self.migrations = migrations
        self.database = database
        self.observed = observed
    }

    /// Throws `SQLSyntaxError` and `BackfillError` for steps that cannot be read; what the server refuses is in the
    /// report.
    package func run(on clone: RehearsalClone) async throws -> RehearsalReport {
        let forward = try await ForwardProof(schema: clone.schema)
        do {
            let report = try await RehearsalRun(rehearsal: self, clone: clone, forward: forward).run()
            await forward.close()
            return report
        } catch {
            await forward.close()
            throw error
        }
    }
}
