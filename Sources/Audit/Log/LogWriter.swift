import DurableFiles
import Foundation

/// The one writer of a log: entries into the journal, and from there into tiles and a signed checkpoint.
struct LogWriter: Sendable {
    let files: LogFiles
    let signer: NoteSigningKey
    /// Beyond this a new journal is begun.
    let journalBytes: Int
    /// Held for as long as the writer lives.
    let lock: FolderLock
    var journal: LogJournal
    /// The tree as far as tiles have it.
    var frontier: TreeFrontier
    /// The entries of the bundle that is not full.
    var openBundle: [UInt8]
    /// What is durable and in no tile.
    var unfolded: [DurableEntry] = []
    var unfoldedBytes = 0
    var checkpoint: SignedCheckpoint
    var openIntents: [Int: OpenIntent]
    var lateEntries: LateEntries

    /// The sequence number of the next entry.
    var next: Int { frontier.size + unfolded.count }

    /// What a batch changes once it is durable.
    private struct Staged {
        var frames: [UInt8] = []
        var entries: [DurableEntry] = []
        var opened: [OpenIntent] = []
        var closed: Set<Int> = []
        var late: [(id: String, sequence: Int)] = []
    }

    /// Makes entries durable with one write and one fdatasync; answers for each its sequence number or why it is not
    /// recorded. An error of the file refuses all of them.
    mutating func write(_ batch: [CanonicalEntry]) -> [Result<Int, AuditError>] {
        var staged = Staged()
        let results = batch.map { entry -> Result<Int, AuditError> in
            if let refusal = refusal(of: entry, beside: staged) { return .failure(refusal) }
            let sequence = next + staged.entries.count
            stage(entry, as: sequence, in: &staged)
            return .success(sequence)
        }
        guard !staged.entries.isEmpty else { return results }
        do throws(AuditError) {
            guard unfoldedBytes < Limits.mostUnfoldedBytes else { throw .overloaded(waiting: unfolded.count) }
            try journal.append(staged.frames)
        } catch {
            return results.map { result in result.flatMap { _ in .failure(error) } }
        }
        commit(staged)
        return results
    }

    /// Whether what is durable should be folded without waiting.
    var mustFold: Bool { unfoldedBytes >= Limits.unfoldedBytes }

    private func refusal(of entry: CanonicalEntry, beside staged: Staged) -> AuditError? {
        switch entry.phase {
        case .event: return nil
        case .intent:
            let open = openIntents.count + staged.opened.count
            return open < Limits.openIntents ? nil : .tooManyOpenIntents(most: Limits.openIntents)
        case .result:
            let intent = entry.intent ?? -1
            let isOpen = openIntents[intent] != nil && !staged.closed.contains(intent)
            return isOpen ? nil : .noOpenIntent(sequence: intent)
        }
    }

    private func stage(_ entry: CanonicalEntry, as sequence: Int, in staged: inout Staged) {
        let durable = DurableEntry(entry.bytes(sequence: sequence))
        LogJournal.append(durable.bytes, hash: durable.hash, to: &staged.frames)
        staged.entries.append(durable)
        if let summary = entry.summary { staged.opened.append(OpenIntent(sequence: sequence, summary)) }
        if entry.phase == .result, let intent = entry.intent { staged.closed.insert(intent) }
        if let id = entry.spoolID { staged.late.append((id, sequence)) }
    }

    private mutating func commit(_ staged: Staged) {
        unfolded += staged.entries
        unfoldedBytes += staged.entries.reduce(0) { $0 + $1.bytes.count }
        for intent in staged.opened { openIntents[intent.sequence] = intent }
        for intent in staged.closed { openIntents[intent] = nil }
        for entry in staged.late { lateEntries.note(entry.id, at: entry.sequence) }
    }
}
