import Dispatch
package import Foundation
import Synchronization

/// The audit log: an append-only tile log in plain files that answers only when an entry is durable.
///
/// Any number of tasks append at once; one queue writes for all of them, and one fdatasync makes durable what has come
/// meanwhile. Within a second of activity what is durable is in the tiles below a newly signed checkpoint. Where an
/// entry can't be written, `append` throws and nothing may be done: no log, no act.
package final class AuditLog: Sendable {
    private enum Asked: Sendable {
        case entry(CanonicalEntry, CheckedContinuation<Int, any Error>)
        case work(@Sendable (inout LogWriter) -> Void)
    }

    private struct Waiting {
        var asked: [Asked] = []
        var isRunning = false
        var isClosed = false
    }

    package let folder: String
    package let keys: SubjectKeys
    /// Where results, and acts that must not wait for the log, are kept when it can't be written.
    package let spool: AuditSpool
    let now: @Sendable () -> Date
    private let waiting = Mutex(Waiting())
    private let writer: Mutex<LogWriter?>
    private let foldFault = Mutex<AuditError?>(nil)
    private let isFoldPlanned = Mutex(false)
    let isFoldingSpool = Mutex(false)
    private let queue = DispatchQueue(label: "switchyard.audit")

    /// Opens a log for writing, or begins one in an empty folder.
    ///
    /// Reads the journal of the last entries, which has about `journalBytes` at most (by default 16 MiB), so it blocks for
    /// a moment. Throws `AuditError.writerElsewhere` while another has it open, and `.altered` when it is not what was
    /// signed.
    package init(
        folder: String, signer: NoteSigningKey, keys: SubjectKeys, spool: AuditSpool, journalBytes: Int? = nil,
        now: @escaping @Sendable () -> Date = { Date() }
    ) throws {
        self.folder = folder
        self.keys = keys
        self.spool = spool
        self.now = now
        writer = Mutex(
            try AuditError.wrapping {
                try LogWriter(opening: folder, signer: signer, journalBytes: journalBytes ?? Limits.journalBytes)
            })
    }

    /// Records an entry; answers its sequence number once it is durable.
    ///
    /// Throws `AuditError.file` when it can't be made durable (a full disk), `.overloaded`, `.entryTooLarge`,
    /// `.noOpenIntent`, `.closed`. After an error nothing is recorded, and a later call may succeed.
    package func append(_ entry: AuditEntry) async throws -> Int {
        try await append(sealed: SealedEntry(entry, keys: keys))
    }

    /// The acts that were announced and have no result: at a start those that were interrupted.
    package func openIntents() async throws -> [OpenIntent] {
        try await perform { $0.openIntents.values.sorted { $0.sequence < $1.sequence } }
    }

    /// Folds everything recorded so far into tiles and answers the signed checkpoint.
    @discardableResult
    package func checkpoint() async throws -> SignedCheckpoint { try await perform { try $0.fold() } }

    /// The same after an entry `audit.under_way` that names the acts which are announced and have no result yet, the oldest
    /// `most` of them; nothing is recorded between.
    package func checkpointOfExport(naming most: Int) async throws -> SignedCheckpoint {
        let (keys, now) = (keys, now())
        return try await perform { writer in
            let open = writer.openIntents.keys.sorted().prefix(most).map { "\($0)" }
            var event = AuditEntry(.event, .underWay, by: .system, at: now)
            event.details["entries"] = open.joined(separator: ",")
            for result in writer.write([try CanonicalEntry(SealedEntry(event, keys: keys))]) { _ = try result.get() }
            return try writer.fold()
        }
    }

    /// Why the newest entries could not be folded when it was last tried, though they are durable; nil when all is well.
    package var fault: AuditError? { foldFault.withLock(\.self) }

    /// Folds, stops taking entries and lets the folder go.
    package func close() async throws {
        defer { writer.withLock { $0 = nil } }
        try await perform(last: true) { _ = try $0.fold() }
    }
}

extension AuditLog {
    func append(sealed: SealedEntry) async throws -> Int {
        let entry = try CanonicalEntry(sealed)
        return try await withCheckedThrowingContinuation { continuation in
            if let refusal = ask(.entry(entry, continuation)) { continuation.resume(throwing: refusal) }
        }
    }

    /// Runs something with the writer, after everything that was asked for before.
    func perform<Value: Sendable>(
        last: Bool = false, _ body: @escaping @Sendable (inout LogWriter) throws -> Value
    ) async throws -> Value {
        try await withCheckedThrowingContinuation { continuation in
            let work = Asked.work { writer in
                continuation.resume(with: Result { try AuditError.wrapping { try body(&writer) } })
            }
            if let refusal = ask(work, last: last) { continuation.resume(throwing: refusal) }
        }
    }

    /// Puts something into the queue; answers why not.
    private func ask(_ asked: Asked, last: Bool = false) -> AuditError? {
        let (refusal, mustRun) = waiting.withLock { waiting -> (AuditError?, Bool) in
            guard !waiting.isClosed else { return (.closed, false) }
            guard waiting.asked.count < Limits.waitingEntries else {
                return (.overloaded(waiting: waiting.asked.count), false)
            }
            waiting.asked.append(asked)
            waiting.isClosed = last
            let mustRun = !waiting.isRunning
            waiting.isRunning = true
            return (nil, mustRun)
        }
        if mustRun { queue.async { self.run() } }
        return refusal
    }

    /// Writes until nothing waits; what comes during an fdatasync shares the next.
    private func run() {
        while let batch = nextBatch() {
            var entries: [(CanonicalEntry, CheckedContinuation<Int, any Error>)] = []
            for asked in batch {
                switch asked {
                case .entry(let entry, let continuation): entries.append((entry, continuation))
                case .work(let work):
                    write(entries)
                    entries = []
                    writer.withLock { writer in if writer != nil { work(&writer!) } }
                }
            }
            write(entries)
            if writer.withLock({ $0?.mustFold == true }) { foldInTime() }
        }
        planFold()
    }

    private func nextBatch() -> [Asked]? {
        waiting.withLock { waiting in
            guard !waiting.asked.isEmpty else {
                waiting.isRunning = false
                return nil
            }
            var (count, bytes) = (0, 0)
            while count < waiting.asked.count, count < Limits.batchEntries, bytes < Limits.batchBytes {
                if case .entry(let entry, _) = waiting.asked[count] { bytes += entry.count }
                count += 1
            }
            let batch = Array(waiting.asked.prefix(count))
            waiting.asked.removeFirst(count)
            return batch
        }
    }

    private func write(_ entries: [(CanonicalEntry, CheckedContinuation<Int, any Error>)]) {
        guard !entries.isEmpty else { return }
        let results = writer.withLock { $0?.write(entries.map(\.0)) }
        for (index, entry) in entries.enumerated() {
            entry.1.resume(with: (results?[index] ?? .failure(.closed)).mapError { $0 })
        }
        planFold()
    }

    /// Sees to it that what is durable now is in a checkpoint a second later.
    private func planFold() {
        let hasWork = writer.withLock { $0?.unfolded.isEmpty == false }
        let mustPlan = isFoldPlanned.withLock { isPlanned in
            defer { isPlanned = isPlanned || hasWork }
            return hasWork && !isPlanned
        }
        guard mustPlan else { return }
        queue.asyncAfter(deadline: .now() + Limits.foldSeconds) { [weak self] in
            guard let self else { return }
            isFoldPlanned.withLock { $0 = false }
            foldInTime()
            planFold()
        }
    }

    private func foldInTime() {
        let fault = writer.withLock { writer -> AuditError? in
            do throws(AuditError) {
                _ = try AuditError.wrapping { try writer?.fold() }
                return nil
            } catch {
                return error
            }
        }
        foldFault.withLock { $0 = fault }
    }
}
