import Logging
import ServiceLifecycle

/// Does something again and again until the process is told to stop; a failure is logged and tried again.
struct RepeatedWork: Service {
    let name: String
    /// Pause after a turn that found nothing to do, or failed.
    let interval: Duration
    let logger: Logger
    /// Returns whether there may be more to do at once.
    let turn: @Sendable () async throws -> Bool

    func run() async throws {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                var hasMore = false
                do {
                    hasMore = try await turn()
                } catch is CancellationError {
                    return
                } catch {
                    logger.error("Work failed", metadata: ["work": "\(name)", "error": "\(error)"])
                }
                if !hasMore { try? await Task.sleep(for: interval) }
            }
        }
    }
}
