package import Postgres

/// Why a step of a migration was not run to its end; what its earlier statements did is kept and recorded.
package enum ExecutionError: Error, Equatable {
    case serverTooOld(version: String)
    /// The role may not do what every migration needs.
    case missingRight(role: String, database: String, right: String)
    /// Another run has the turn at this database.
    case busy(holder: String?, waited: Duration)
    /// The file differs from the one that was applied; `difference` is a unified diff.
    case edited(MigrationName, MigrationPhase, file: String, difference: String)
    /// A statement that was applied already differs from the one that stands in the file now.
    case editedBehind(MigrationName, MigrationPhase, position: SQLPosition, difference: String)
    /// The schema is not what the last run left; a line for each difference.
    case changedByHand([String])
    /// The migration comes before one that was applied already.
    case outOfOrder(MigrationName, after: MigrationName)
    /// An earlier phase of the migration must run first.
    case phaseMissing(MigrationName, MigrationPhase, missing: MigrationPhase)
    /// A statement takes away in an expand step what the running release may use.
    case contractInExpand(MigrationName, SQLPosition, reason: String)
    /// The statement is about the whole server.
    case serverWide(MigrationName, SQLPosition)
    case transactionControl(MigrationName, SQLPosition, word: String)
    case copyFromClient(MigrationName, SQLPosition)
    /// A command of psql's stands where SQL must.
    case metaCommand(MigrationName, SQLPosition, command: String)
    /// An index that is built concurrently has no name by which a build that was cut off could be found.
    case unnamedIndex(MigrationName, SQLPosition)
    /// The database refused a statement.
    case refused(MigrationName, SQLPosition, refusal: PostgresError)
    case insufficientPrivilege(MigrationName, SQLPosition, role: String, message: String)
    /// The locks were never free.
    case locked(MigrationName, SQLPosition, waited: Duration, attempts: Int, holders: [LockHolder])
    /// A table was kept locked, so that the schema could not be read.
    case catalogLocked(waited: Duration, holders: [LockHolder])
    /// Transactions that are older would hold up the building of an index.
    case oldSnapshot(MigrationName, SQLPosition, waited: Duration, holders: [LockHolder])
    /// The server built an index that cannot be used; it was dropped.
    case invalidIndex(MigrationName, SQLPosition, indexes: [String])
    case deadline(MigrationName, file: String, limit: Duration)
    case noRevert(MigrationName)
    case notApplied(MigrationName)
    case unknown(MigrationName)
    case nothingToRevert
    /// What came later rests on it.
    case appliedLater(MigrationName, later: MigrationName)
    /// The contract has taken away what a revert would need.
    case contracted(MigrationName)
    case backfillKey(MigrationName, file: String, reason: String)
    /// The backfill was held up for as long as it may be.
    case backfillPaused(MigrationName, file: String, waited: Duration, reason: String)
}

extension ExecutionError {
    /// Whether it is the files, the server or the role that cannot be used, and not what happened at the database.
    package var isUnusableInput: Bool {
        switch self {
        case .serverTooOld, .missingRight, .edited, .editedBehind, .changedByHand, .outOfOrder, .phaseMissing,
            .transactionControl, .copyFromClient, .metaCommand, .serverWide, .unnamedIndex, .unknown, .backfillKey:
            true
        default: false
        }
    }
}

extension ExecutionError: CustomStringConvertible {
    package var description: String { before + after }

    /// What stands in the way before anything of the step runs.
    private var before: String {
        switch self {
        case .serverTooOld(let version):
            "Migrations need PostgreSQL 15 or newer, the server is \(version): upgrade it first."
        case .missingRight(let role, let database, let right):
            "The role \(role) lacks \(right) in the database \(database): grant it, or connect as the owner."
        case .busy(let holder, let waited):
            "Another run of 'switchyard migration' holds the turn\(holder.map { " (\($0))" } ?? "") and did not end within "
                + "\(waited.inWords): wait for it and try again."
        case .edited(let name, let phase, let file, let difference):
            "The \(phase.rawValue) of \(name) was edited after it was applied (\(file)): put the old text back and write "
                + "a new migration.\n\(difference)"
        case .editedBehind(let name, let phase, let position, let difference):
            "The \(phase.rawValue) of \(name) was applied as far as \(position), and a statement before that was edited: "
                + "put the old text back; only what follows may be changed.\n\(difference)"
        case .changedByHand(let changes):
            "The schema was changed by hand since the last migration: undo that, or write it into a migration and record it "
                + "with 'switchyard migration baseline', or take the schema as it is with 'switchyard migration accept' "
                + "('schema_drift: accepted' in an environment's policy).\n" + changes.joined(separator: "\n")
        case .outOfOrder(let name, let after):
            "The migration \(name) is older than \(after), which is applied: rename it with a newer time, or allow it with "
                + "--allow-out-of-order."
        case .phaseMissing(let name, let phase, let missing):
            "The \(phase.rawValue) of \(name) cannot run before its \(missing.rawValue): run 'switchyard migration apply "
                + "--phase \(missing.rawValue)' first."
        case .noRevert(let name):
            "The migration \(name) has no revert step: restore a backup, or write a new migration that undoes it."
        case .notApplied(let name): "The migration \(name) is not applied, so there is nothing to revert."
        case .unknown(let name): "There is no migration \(name) in this folder."
        case .nothingToRevert: "No migration of this folder is applied, so there is nothing to revert."
        case .appliedLater(let name, let later):
            "The migration \(name) cannot be reverted before \(later), which came later: revert that one first."
        case .contracted(let name):
            "The contract of \(name) was applied, so its revert has nothing to go back to: restore a backup instead."
        default: ""
        }
    }

    /// What ended a step that had begun.
    private var after: String {
        switch self {
        case .transactionControl(let name, let position, let word):
            "\(position): \(word) may not stand in the migration \(name): Switchyard begins and ends its transactions."
        case .contractInExpand(let name, let position, let reason):
            "\(position): the migration \(name) does in its expand step what belongs into contract.sql: \(reason)"
        case .serverWide(let name, let position):
            "\(position): the statement is not about this database alone and may not stand in the migration \(name): run "
                + "it by hand, once for the server."
        case .copyFromClient(let name, let position):
            "\(position): COPY with the client may not stand in the migration \(name): write the rows as INSERT."
        case .metaCommand(let name, let position, let command):
            "\(position): '\(command)' in the migration \(name) is a command of psql's, which the server does not know: "
                + "write the SQL that it stands for."
        case .unnamedIndex(let name, let position):
            "\(position): the index that the migration \(name) builds concurrently needs a name, so that a build that was "
                + "cut off can be found again: write CREATE INDEX CONCURRENTLY name ON ..."
        case .refused(let name, let position, let refusal):
            "The migration \(name) failed at \(position); that statement and its transaction were rolled back. \(refusal)"
        case .insufficientPrivilege(let name, let position, let role, let message):
            "The migration \(name) failed at \(position): the role \(role) may not do it (\(message)); connect as the owner "
                + "of the tables."
        case .locked(let name, let position, let waited, let attempts, let holders):
            "The migration \(name) did not get its locks for \(position) within \(waited.inWords) and \(attempts) attempts; "
                + "nothing was changed by it. \(Self.sentence(holders))"
        case .catalogLocked(let waited, let holders):
            "The schema could not be read within \(waited.inWords), because a table is locked; nothing was changed. "
                + Self.sentence(holders)
        case .oldSnapshot(let name, let position, let waited, let holders):
            "The migration \(name) waited \(waited.inWords) at \(position) for old transactions, which would hold up the "
                + "index; nothing was begun. \(Self.sentence(holders))"
        case .invalidIndex(let name, let position, let indexes):
            "The migration \(name) left an invalid index at \(position) (\(indexes.joined(separator: ", "))); it was "
                + "dropped: try again."
        case .deadline(let name, let file, let limit):
            "The migration \(name) (\(file)) was not done when the limit of \(limit.inWords) was reached; what was under "
                + "way was rolled back."
        case .backfillKey(let name, let file, let reason):
            "The backfill of \(name) cannot run (\(file)): \(reason)."
        case .backfillPaused(let name, let file, let waited, let reason):
            "The backfill of \(name) (\(file)) was paused for \(waited.inWords) and given up for now: \(reason). The next "
                + "run continues where it stopped."
        default: ""
        }
    }

    private static func sentence(_ holders: [LockHolder]) -> String {
        guard !holders.isEmpty else {
            return "Nobody held them for long: the table is too busy; try at a quieter time."
        }
        return "In the way: " + holders.prefix(3).map { "\($0)" }.joined(separator: "; ")
            + ". End that (pg_terminate_backend) or wait for it, and try again."
    }
}
