import Foundation
import Postgres

/// One run of a step: statement by statement from where the ledger says that the last run came to.
///
/// Statements that follow each other share a transaction, as they do when psql runs the file in one; its ledger rows
/// are part of it. What no transaction can hold (CONCURRENTLY) is announced in the ledger before it begins.
struct StepRun {
    let step: ExecutionStep
    let cause: ExecutionCause
    let session: ExecutionSession
    private let start = ContinuousClock.now

    init(_ step: ExecutionStep, cause: ExecutionCause, session: ExecutionSession) {
        self.step = step
        self.cause = cause
        self.session = session
    }

    func run() async throws {
        let ledger = try await session.history.ledger(of: step.name, step.phase)
        try await refuseEdited(ledger)
        var next = ledger.prefix { $0.isFinished }.count
        session.tell(.began(step.name, step.phase, statements: step.statements.count, done: next))
        session.boundary("began:\(step.phase.rawValue)")
        try await repeatSettings(before: next)
        if step.statements.isEmpty {
            try await session.worker.transaction { _ in try await complete() }
        }
        while next < step.statements.count {
            let group = step.group(from: next)
            if group.isEmpty {
                try await runAlone(next, begun: ledger.first { $0.number == next + 1 })
                next += 1
            } else {
                try await runTogether(group)
                next = group.upperBound
            }
        }
        session.boundary("completed:\(step.phase.rawValue)")
        session.tell(.finished(step.name, step.phase))
    }

    /// Records the step as done when the statement of this index is its last.
    func completeIfLast(_ index: Int) async throws {
        if index == step.statements.count - 1 { try await complete() }
    }

    private func complete() async throws {
        try await session.history.complete(step, cause: cause, duration: start.duration(to: .now))
    }

    /// What a file sets holds for its later statements, also when they run in a later session.
    private func repeatSettings(before index: Int) async throws {
        for statement in step.statements[..<index] {
            guard case .setting = statement.kind else { continue }
            try await session.worker.execute(PostgresQuery(unescaped: statement.text))
        }
    }

    private func refuseEdited(_ ledger: [LedgerEntry]) async throws {
        for entry in ledger {
            let index = entry.number - 1
            let found = step.statements.indices.contains(index) ? step.statements[index] : nil
            guard found?.text != entry.statement else { continue }
            // Nothing came of a statement that was only begun.
            guard entry.isFinished || entry.invalidBefore == nil else {
                try await session.history.forget(entry.number, of: step)
                continue
            }
            let difference = try await TextDifference.unified(
                from: entry.statement, "applied", to: found?.text ?? "", step.step.file)
            let end = SQLPosition(file: step.step.file, line: step.step.firstLine, column: 1)
            throw ExecutionError.editedBehind(
                step.name, step.phase, position: found?.position ?? step.statements.last?.position ?? end,
                difference: difference)
        }
    }

    /// What the operator is told when the server refuses a statement.
    func explanation(of error: any Error, at index: Int) -> any Error {
        let position = step.statements[index].position
        switch error {
        case let refusal as PostgresError where refusal.isTimeout || (refusal.isCancelled && session.isNearEnd):
            return ExecutionError.deadline(step.name, file: step.step.file, limit: session.limits.deadline)
        case PostgresError.server("42501", let message, _, _):
            return ExecutionError.insufficientPrivilege(
                step.name, position, role: session.worker.address.user ?? "?", message: message)
        case let refusal as PostgresError where refusal.sqlState != nil:
            return ExecutionError.refused(step.name, position, refusal: refusal)
        default:
            return error
        }
    }
}

extension PostgresError {
    /// lock_not_available, deadlock_detected (PostgreSQL manual, appendix A)
    var isLockTrouble: Bool { sqlState == "55P03" || sqlState == "40P01" }
    /// query_canceled
    fileprivate var isCancelled: Bool { sqlState == "57014" }
    fileprivate var isTimeout: Bool {
        if case .timeout = self { return true }
        return false
    }
}
