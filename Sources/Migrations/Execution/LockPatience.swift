import Foundation

/// Waits, outside the queue, until nobody who will take long holds what a transaction needs.
///
/// What it needs is foreseen from the text at first, which may ask for too much; what it was seen waiting for is
/// known. Half of the patience is given to the foreseen locks, then it is tried and seen.
struct LockPatience {
    let name: MigrationName
    private(set) var position: SQLPosition
    let session: ExecutionSession
    let foreseen: Set<LockDemand>
    private var seen: Set<LockDemand> = []
    private var attempts = 0
    private let start = ContinuousClock.now
    private var rhythm = ReportRhythm()

    init(name: MigrationName, position: SQLPosition, session: ExecutionSession, foreseen: Set<LockDemand>) {
        self.name = name
        self.position = position
        self.session = session
        self.foreseen = foreseen
    }

    private var limits: ExecutionLimits { session.limits }
    private var waited: Duration { start.duration(to: .now) }

    /// Returns when the locks are free or held by transactions that have just begun.
    mutating func untilClear() async throws {
        while true {
            let trustsText = waited < limits.lockPatience / 2
            let holders = try await session.probe.oldHolders(against: trustsText ? seen.union(foreseen) : seen)
            guard !holders.isEmpty else { return }
            try giveUpWhenLate(holders)
            report(holders)
            try await Task.sleep(for: limits.probePause)
        }
    }

    /// Notes what an attempt waited for in vain, and lets the application's queries pass.
    mutating func note(_ wait: LockWait?, at position: SQLPosition) async throws {
        attempts += 1
        self.position = position
        if let demand = wait?.demand { seen.insert(demand) }
        var blockers = try await session.probe.holders(wait?.blockers ?? [])
        if blockers.isEmpty { blockers = try await session.probe.oldHolders(against: seen.union(foreseen)) }
        try giveUpWhenLate(blockers)
        // Who holds a relation is told by the next look.
        if wait?.demand == nil { report(blockers) }
        try await Task.sleep(for: limits.retryPause)
    }

    private func giveUpWhenLate(_ holders: [LockHolder]) throws {
        guard session.end > .now else {
            throw ExecutionError.deadline(name, file: position.file, limit: limits.deadline)
        }
        guard waited < limits.lockPatience else {
            throw ExecutionError.locked(
                name, position, waited: limits.lockPatience, attempts: attempts, holders: holders)
        }
    }

    private mutating func report(_ holders: [LockHolder]) {
        guard !holders.isEmpty, rhythm.isDue(every: limits.reportPause) else { return }
        session.tell(.waitingForLock(name, position, waited: waited, holders: holders))
    }
}
