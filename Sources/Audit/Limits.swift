/// Bounds of everything here that could grow or wait.
enum Limits {
    /// Bytes of an entry; its length has 16 bits in a bundle of tlog-tiles.
    static let entryBytes = 65_535
    /// Entries that wait to be written.
    static let waitingEntries = 10_000
    /// Entries that one fdatasync makes durable.
    static let batchEntries = 2_000
    /// Bytes that one fdatasync makes durable, beyond the entry that reaches them.
    static let batchBytes = 4 << 20
    /// Bytes of durable entries that are in no tile yet, beyond which they are folded at once.
    static let unfoldedBytes = 8 << 20
    /// The same where folding fails: beyond them nothing more is taken.
    static let mostUnfoldedBytes = 64 << 20
    /// How long a durable entry may be in no checkpoint.
    static let foldSeconds = 1.0
    /// Bytes of a journal, beyond which a new one is begun: what is read again at a start.
    static let journalBytes = 16 << 20
    /// Acts that have been announced and have no result.
    static let openIntents = 10_000
    /// Late entries that are remembered so that none is recorded twice.
    static let rememberedLateEntries = 2_048
    /// Bytes of the spool, set aside from the start.
    static let spoolBytes = 256 << 10
    /// Keys of persons that are kept in memory.
    static let cachedSubjectKeys = 4_096
    /// Bytes of a signed checkpoint with the signatures of its witnesses.
    static let checkpointBytes = 64 << 10
    /// Lines of a consistency proof (tlog-witness).
    static let proofLines = 63
    /// Signatures of a note that are looked at.
    static let noteSignatures = 64
    /// Bundles that are verified at once.
    static let bundlesInWave = 64
    /// Findings of one kind that are kept in words; more are only counted.
    static let findingsOfKind = 100
    /// Tiles that are kept in memory while proofs are made.
    static let cachedTiles = 1_024
    /// Plans whose approvals are remembered while meaning is verified.
    static let approvedPlans = 100_000
    /// How long an approval counts, and how soon a break-glass must be reviewed, in microseconds.
    static let day = 24 * 3_600 * 1_000_000
    static let hour = 3_600 * 1_000_000
    static let second = 1_000_000
    /// How long a break-glass counts at most, in microseconds.
    static let breakGlass = hour
    /// Roles that one change needs, beyond which a list is none.
    static let rolesRequired = 6
    /// Approvals of one plan that are looked at, the newest.
    static let approvalsOfPlan = 24
}
