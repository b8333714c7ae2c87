/// The bounds of what a folder of migrations may hold.
package enum MigrationLimits {
    /// Bytes of one step's file.
    package static let fileSize = 1_048_576
    /// Files and folders that the folder of migrations may hold.
    package static let folderEntries = 20_000

    /// Rows that a backfill may declare for a batch.
    static let backfillBatch = 1...1_000_000
    /// Rows of a batch where a backfill declares none.
    static let defaultBackfillBatch = 1_000

    /// Bytes of a statement's parse tree as JSON.
    static let parseTree = 32 * 1_048_576

    /// Bytes of the stack on which a file is parsed; of these, only what is used takes memory.
    static let parserStack = 512 * 1_048_576
}
