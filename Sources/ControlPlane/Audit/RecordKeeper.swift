import Audit
import Foundation
import Logging
import ServiceLifecycle

/// Looks after the record once a day: takes away what is older than its retention, and keys that were erased before.
actor RecordKeeper: ServiceLifecycle.Service {
    private let trail: AuditTrail
    private let retentionMonths: Int
    private let logger: Logger
    /// Why it could not be done, in a sentence; nil when it could.
    private(set) var problem: String?

    init(trail: AuditTrail, retentionMonths: Int, logger: Logger) {
        self.trail = trail
        self.retentionMonths = retentionMonths
        self.logger = logger
    }

    func run() async throws {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                await self.attend(now: Date())
                let pause = await self.problem == nil ? Limits.recordInterval : Limits.recordRetry
                try? await Task.sleep(for: pause)
            }
        }
    }

    func attend(now: Date) async {
        do {
            let keys = try await trail.eraseAgain()
            if keys > 0 {
                logger.warning(
                    "keys that had been erased were there again, and are deleted", metadata: ["keys": "\(keys)"])
            }
            let (before, after) = try await trail.prune(
                before: AuditLog.retentionBoundary(months: retentionMonths, now: now))
            if after > before {
                logger.info("old entries of the record are taken away", metadata: ["before": "\(after)"])
            }
            problem = nil
        } catch {
            guard !Task.isCancelled else { return }
            problem = "Old entries of the record could not be taken away, which is tried again: \(error)"
            logger.error("the record could not be looked after", metadata: ["error": "\(error)"])
        }
    }
}
