package import Postgres

/// What one statement did to the clone: what it locked, read, wrote and rewrote, and for how long.
package struct StatementTrace: Sendable {
    package let statement: SQLStatement
    package let phase: MigrationPhase
    /// The locks that its transaction held when it was done, those of earlier statements included.
    package var locks: [HeldLock] = []
    /// The relations whose rows or files it touched.
    package var touches: [TableTouch] = []
    /// What the server said at the level DEBUG1: "rewriting table …", "verifying table …".
    package var messages: [String] = []
    package var duration: Duration = .zero
    package var writeAheadLogBytes = 0
    /// How the server refused it; the rest of its step was not run.
    package var refusal: PostgresError?
    /// An index that it left behind unusable.
    package var invalidIndexes: [RelationName] = []
    /// What its change of the catalog means for code that is running.
    package var compatibility: [RehearsalFinding] = []
    /// What it changed of the catalog.
    package var difference: CatalogDifference?
    /// The number of its transaction within the rehearsal: locks live as long as that.
    package var transaction = 0

    /// A lock on a relation that existed before the rehearsal.
    package struct HeldLock: Sendable, Hashable {
        /// The table; for a lock on an index, the index's.
        package let relation: RelationName
        package let mode: LockMode
        package let rows: Int
        /// Whether this statement took it, rather than an earlier one of the same transaction.
        package let isNew: Bool
        package let isMaterializedView: Bool

        /// What the application cannot do meanwhile; nobody writes to a materialised view.
        package var blocks: BlockedWork {
            isMaterializedView && mode.blocks == .writes ? .maintenance : mode.blocks
        }
    }

    /// What it did with one relation that existed before the rehearsal.
    package struct TableTouch: Sendable, Hashable {
        package let relation: RelationName
        /// Rows at the rehearsal's beginning, as ANALYZE counted them.
        package let rows: Int
        package var rowsScanned = 0
        package var rowsChanged = 0
        /// Rows that nobody else can change until its transaction ends, those that it changed included.
        package var rowsLocked = 0
        /// Whether its file, or that of one of its indexes, was written anew.
        package var isRewritten = false
    }
}

extension StatementTrace {
    mutating func noteLocked(_ rows: Int, of table: RelationState) {
        guard rows > 0 else { return }
        let index = touches.firstIndex { $0.relation == table.name } ?? touches.count
        if index == touches.count { touches.append(TableTouch(relation: table.name, rows: table.rows)) }
        touches[index].rowsLocked = rows
    }

    /// The locks that it took and that block so much, the strongest first, each once: `SHARE on loads`.
    func newLocks(where matters: (BlockedWork) -> Bool) -> [String] {
        var seen: Set<String> = []
        return locks.filter { $0.isNew && matters($0.blocks) }.map { "\($0.mode.title) on \($0.relation.title)" }
            .filter { seen.insert($0).inserted }
    }
}
