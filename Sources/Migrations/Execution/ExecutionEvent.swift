import Foundation

/// What the executor tells while it works.
package enum ExecutionEvent: Sendable, Equatable {
    case waitingForTurn(holder: String)
    case began(MigrationName, MigrationPhase, statements: Int, done: Int)
    /// The numbers count the statements of the step, from 1.
    case ran(MigrationName, MigrationPhase, statement: Int, of: Int, took: Duration)
    case waitingForLock(MigrationName, SQLPosition, waited: Duration, holders: [LockHolder])
    case waitingForSnapshots(MigrationName, SQLPosition, waited: Duration, holders: [LockHolder])
    case droppingInvalidIndex(MigrationName, index: String)
    case backfilling(MigrationName, BackfillProgress)
    case paused(MigrationName, reason: String)
    case finished(MigrationName, MigrationPhase)
}

extension ExecutionEvent: CustomStringConvertible {
    package var description: String {
        switch self {
        case .waitingForTurn(let holder): "another run has the turn: \(holder)"
        case .began(let name, let phase, let statements, let done):
            done == 0
                ? "\(name): \(phase.rawValue) begins"
                    + (phase == .backfill ? "" : ", \(statements) \(statements == 1 ? "statement" : "statements")")
                : "\(name): \(phase.rawValue) continues after statement \(done) of \(statements)"
        case .ran(let name, let phase, let statement, let count, let took):
            "\(name): \(phase.rawValue) statement \(statement) of \(count) done in \(took.inWords)"
        case .waitingForLock(let name, let position, let waited, let holders):
            "\(name): \(position) waits for its locks since \(waited.inWords): "
                + holders.map { "\($0)" }.joined(separator: "; ")
        case .waitingForSnapshots(let name, let position, let waited, let holders):
            "\(name): \(position) waits for old transactions since \(waited.inWords): "
                + holders.map { "\($0)" }.joined(separator: "; ")
        case .droppingInvalidIndex(let name, let index): "\(name): dropping the invalid index \(index)"
        case .backfilling(let name, let progress): "\(name): \(progress)"
        case .paused(let name, let reason): "\(name): paused: \(reason)"
        case .finished(let name, let phase): "\(name): \(phase.rawValue) done"
        }
    }
}

/// How far a backfill has come.
package struct BackfillProgress: Sendable, Equatable, Codable {
    /// Rows that were looked at, by all runs.
    package let rows: Int
    /// Of the whole table; nil where it was never analysed.
    package let estimatedRows: Int?
    package let batchSize: Int
    package let rowsPerSecond: Double
    /// Nil where it cannot be told.
    package let secondsLeft: Double?
}

extension BackfillProgress: CustomStringConvertible {
    package var description: String {
        let of = estimatedRows.map { " of about \($0)" } ?? ""
        var text = "\(rows)\(of) rows, \(Int(rowsPerSecond)) rows/s, \(batchSize) rows a batch"
        if let secondsLeft { text += ", about \(Duration.seconds(secondsLeft).inWords) left" }
        return text
    }
}
