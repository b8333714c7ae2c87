import Logging

/// The background process: sends reminders, forgets old events.
package struct WorkerProcess: Sendable {
    private let settings: FreightSettings
    private let database: FreightDatabase
    private let logger: Logger

    package init(_ settings: FreightSettings) {
        self.settings = settings
        database = FreightDatabase(settings, process: "worker")
        logger = settings.logger(process: "worker")
    }

    /// Works until SIGTERM or SIGINT.
    package func run() async throws {
        logger.info("Worker started")
        if let loads = try settings.sampleLoads() {
            var sample = SampleFreight()
            sample.loads = loads
            _ = try await SampleFreightWriter(settings, sample: sample).write()
        }
        try await ProcessGroup(settings: settings, logger: logger).run([reminders, events])
        await database.close()
        logger.info("Worker stopped")
    }

    private var reminders: RepeatedWork {
        let outbox = ReminderOutbox(database: database)
        return RepeatedWork(name: "reminders", interval: Limits.workerInterval, logger: logger) {
            _ = try await outbox.noteDue()
            let sent = try await outbox.sendBatch()
            if sent > 0 { logger.info("Reminders sent", metadata: ["count": "\(sent)"]) }
            return sent > 0
        }
    }

    private var events: RepeatedWork {
        let store = LoadEventStore(database: database)
        return RepeatedWork(name: "old events", interval: Limits.housekeepingInterval, logger: logger) {
            try await store.removeOld() == Limits.housekeepingBatchSize
        }
    }
}
