/// Why a backfill cannot be run batch by batch.
package enum BackfillError: Error, Equatable {
    case noKey(SQLPosition)
    case noTable(SQLPosition)
    case unreadableKey(SQLPosition, String)
    case batchSize(SQLPosition, String)
    case declaredTwice(SQLPosition, String)
    case notOneStatement(SQLPosition)
    case changesNoRows(SQLPosition)
    case placeholders(SQLPosition, key: String)

    package var position: SQLPosition {
        switch self {
        case .noKey(let position), .noTable(let position), .unreadableKey(let position, _),
            .batchSize(let position, _), .declaredTwice(let position, _), .notOneStatement(let position),
            .changesNoRows(let position), .placeholders(let position, _):
            position
        }
    }

    /// What is wrong and what to do, without the place.
    package var sentence: String {
        switch self {
        case .noKey:
            "the backfill does not say along which key it goes: begin it with a line like '-- key: vehicles.id'"
        case .noTable:
            "the backfill inserts, so its key needs the table that it reads: write '-- key: vehicles.id'"
        case .unreadableKey(_, let text):
            "'\(text)' is no key: write a column, with its table before it, such as 'vehicles.id'"
        case .batchSize(_, let text):
            "'\(text)' is no batch size: write a number from \(MigrationLimits.backfillBatch.lowerBound) to "
                + "\(MigrationLimits.backfillBatch.upperBound)"
        case .declaredTwice(_, let word):
            "the backfill declares its \(word) twice: keep one"
        case .notOneStatement:
            "a backfill is one statement, which is run again and again: put others into migrations of their own"
        case .changesNoRows:
            "a backfill is an INSERT, UPDATE or DELETE: put anything else into expand.sql or contract.sql"
        case .placeholders(_, let key):
            "the backfill must take the first and the last key of a batch, and no other value: write "
                + "'WHERE \(key) BETWEEN $1 AND $2'"
        }
    }
}

extension BackfillError: CustomStringConvertible {
    package var description: String { "\(position): \(sentence)." }
}
