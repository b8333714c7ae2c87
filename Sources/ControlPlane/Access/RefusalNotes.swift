import API
import Access
import Audit
import Foundation
import Synchronization

/// Records who was refused what; so many a minute, so that nobody fills the record by asking.
final class RefusalNotes: Sendable {
    private struct Minute {
        var number = 0
        var counts: [String: Int] = [:]
        var suppressed = 0
    }

    private let trail: AuditTrail
    private let minute = Mutex(Minute())

    init(trail: AuditTrail) { self.trail = trail }

    /// Notes a refusal of the gate; what the handlers refuse is in the results of their acts.
    func note(
        _ error: any Error, _ operation: String, _ subject: Subject?, from address: NetworkAddress, at now: Date
    ) async {
        let problem = Problem(error)
        guard [401, 403, 429].contains(problem.status) || error is AccessError else { return }
        let who = subject?.identifier ?? subject.map { _ in "machine-token" } ?? "\(address)"
        guard let suppressed = take(who, at: now) else { return }
        let actor = AuditActor(
            id: subject?.identifier ?? (subject == nil ? "anybody" : "machine-token"),
            name: subject?.account?.rawValue, address: "\(address)",
            authentication: subject?.credential.words)
        var event = AuditEntry(
            .event, "access.refused", by: actor, at: now, target: operation, outcome: .refused,
            // The sentence may name accounts, which belong under their keys.
            reason: problem.code)
        event.personal["sentence"] = .init(String(problem.detail.prefix(Limits.reasonCharacters)), about: actor.id)
        event.environment = (error as? Denial)?.environment
        if suppressed > 0 { event.details["not_recorded"] = "\(suppressed)" }
        await trail.note(event)
    }

    /// How many were not recorded before, or nil where this one is not either.
    private func take(_ who: String, at now: Date) -> Int? {
        minute.withLock { minute in
            let number = Int(now.timeIntervalSince1970 / 60)
            if minute.number != number { (minute.number, minute.counts) = (number, [:]) }
            let isNew = minute.counts[who] == nil
            let count = minute.counts[who, default: 0]
            guard count < Limits.refusalsEach, !isNew || minute.counts.count < Limits.refusingCallers else {
                minute.suppressed += 1
                return nil
            }
            minute.counts[who] = count + 1
            defer { minute.suppressed = 0 }
            return minute.suppressed
        }
    }
}
