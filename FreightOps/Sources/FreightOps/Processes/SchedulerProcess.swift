import Logging
import Postgres

/// The process that may run only once: marks the loads that should have been delivered by now.
package struct SchedulerProcess: Sendable {
    private let settings: FreightSettings
    private let database: FreightDatabase
    private let logger: Logger

    package init(_ settings: FreightSettings) {
        self.settings = settings
        database = FreightDatabase(settings, process: "scheduler")
        logger = settings.logger(process: "scheduler")
    }

    /// Works until SIGTERM or SIGINT.
    package func run() async throws {
        logger.info("Scheduler started")
        let marking = RepeatedWork(name: "overdue loads", interval: Limits.schedulerInterval, logger: logger) {
            try await markOverdue() == Limits.housekeepingBatchSize
        }
        try await ProcessGroup(settings: settings, logger: logger).run([marking])
        await database.close()
        logger.info("Scheduler stopped")
    }

    /// Returns how many loads have become overdue.
    package func markOverdue() async throws -> Int {
        try await database.execute(
            """
            UPDATE loads SET overdue_since = now() WHERE id IN (
                SELECT id FROM loads
                WHERE status <> 'delivered' AND deliver_by < now() AND overdue_since IS NULL
                ORDER BY pickup_at LIMIT \(Limits.housekeepingBatchSize)
            )
            """
        )
    }
}
