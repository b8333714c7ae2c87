import Logging
import ServiceLifecycle
import UnixSignals

/// Runs the services of one process until SIGTERM or SIGINT, then ends them in order.
struct ProcessGroup: Sendable {
    let settings: FreightSettings
    let logger: Logger

    /// Ends the process at once when the chaos switch says so.
    func run(_ services: [any Service]) async throws {
        if let status = settings.chaos.exitAtStart { ProcessExit.now(status: Int32(status)) }
        let crash = settings.chaos.crashAfter.map { ChaosCrash(delay: $0) }
        let group = ServiceGroup(
            configuration: ServiceGroupConfiguration(
                services: services + (crash.map { [$0] } ?? []),
                gracefulShutdownSignals: [.sigterm, .sigint],
                logger: logger
            )
        )
        try await group.run()
    }
}
