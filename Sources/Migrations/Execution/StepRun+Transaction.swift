import Foundation
import Postgres

extension StepRun {
    /// Runs statements in one transaction with their ledger rows, as soon as their locks can be had at once.
    ///
    /// Throws `ExecutionError.locked` when they never could.
    func runTogether(_ group: Range<Int>) async throws {
        let position = step.statements[group.lowerBound].position
        var wait = LockPatience(
            name: step.name, position: position, session: session,
            foreseen: try await session.probe.demands(of: step.statements[group].flatMap(\.foreseenLocks)))
        while true {
            try await wait.untilClear()
            let sighting = WaitSighting()
            do {
                return try await attempt(group, sighting: sighting)
            } catch let trouble as LockTrouble {
                try await wait.note(sighting.last, at: step.statements[trouble.index].position)
            }
        }
    }

    /// A statement did not get a lock; the transaction is rolled back.
    private struct LockTrouble: Error {
        let index: Int
    }

    /// Runs the transaction while another session notes what it waits for.
    private func attempt(_ group: Range<Int>, sighting: WaitSighting) async throws {
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask {
                while !sighting.isOver {
                    if let wait = try await session.probe.currentWait() { sighting.note(wait) }
                    try await Task.sleep(for: session.limits.watchPause)
                }
            }
            defer { sighting.end() }
            try await runTransaction(group)
        }
    }

    private func runTransaction(_ group: Range<Int>) async throws {
        var index = group.lowerBound
        do {
            try await session.worker.transaction { worker in
                while index < group.upperBound {
                    try await run(index, on: worker)
                    index += 1
                }
                index = group.upperBound - 1
                try await completeIfLast(index)
                session.boundary("committing:\(step.phase.rawValue):\(index + 1)")
            }
        } catch let error as PostgresError where error.isLockTrouble {
            throw LockTrouble(index: index)
        } catch {
            throw explanation(of: error, at: index)
        }
        session.boundary("committed:\(step.phase.rawValue):\(group.upperBound)")
    }

    private func run(_ index: Int, on worker: PostgresConnection) async throws {
        let statement = step.statements[index]
        // For every statement anew: the file may have set its own.
        try await worker.setLocal("lock_timeout", session.limits.lockQueue)
        try await worker.setLocal("statement_timeout", session.timeLeft)
        let took = try await ContinuousClock().measure {
            try await worker.executeScript(statement.text, deadline: session.timeLeft + PostgresLimits.cancellation)
        }
        try await session.history.finish(index + 1, statement, of: step)
        session.boundary("ran:\(step.phase.rawValue):\(index + 1)")
        session.tell(
            .ran(step.name, step.phase, statement: index + 1, of: step.statements.count, took: took))
    }
}
