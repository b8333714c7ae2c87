import Foundation
import Synchronization

extension AuditLog {
    /// What to do when the intent of an act can't be recorded.
    package enum Unwritable: Sendable {
        /// Throw, and do nothing.
        case refuse
        /// Write it into the spool and act: for going back and for stopping harm.
        case spool
    }

    /// Records that something is about to be done, does it, and records what came of it.
    ///
    /// The act begins only when the intent is durable. Its result is recorded as `succeeded`, or as `failed` with what
    /// `describing` makes of the error, which must name no secret; when that can't be written it goes into the spool.
    /// Throws what the act throws, or why the intent could not be recorded.
    package func record<Value: Sendable>(
        _ intent: AuditEntry, whenUnwritable: Unwritable = .refuse,
        describing: (any Error) -> String = { String(describing: $0) }, isolation: isolated (any Actor)? = #isolation,
        act: () async throws -> Value
    ) async throws -> Value {
        let announced = try await announce(intent, whenUnwritable)
        do {
            let value = try await act()
            await conclude(announced, intent, .succeeded, reason: nil)
            return value
        } catch {
            await conclude(announced, intent, .failed, reason: describing(error))
            throw error
        }
    }

    /// An intent that is recorded, or in the spool.
    package enum Announced: Equatable, Sendable {
        case recorded(sequence: Int)
        case spooled(id: String)
    }

    /// Records an intent alone, for acts whose result somebody else records with `conclude`.
    package func announce(_ intent: AuditEntry, _ whenUnwritable: Unwritable = .refuse) async throws -> Announced {
        var intent = intent
        intent.phase = .intent
        do {
            return .recorded(sequence: try await append(intent))
        } catch {
            guard whenUnwritable == .spool else { throw error }
            return .spooled(id: spool.write(intent, keys: keys))
        }
    }

    /// Records what came of an announced act, in the spool where the log can't be written; never throws, because the
    /// act has been done.
    package func conclude(
        _ announced: Announced, _ intent: AuditEntry, _ outcome: AuditOutcome, reason: String?,
        details: [String: String] = [:]
    ) async {
        var result = intent.concluded(outcome, reason: reason, details: details, at: now())
        switch announced {
        case .recorded(let sequence):
            result.phase = .result(of: sequence)
            do { _ = try await append(result) } catch { _ = spool.write(result, keys: keys) }
        case .spooled(let id):
            _ = spool.write(result, ofSpooledIntent: id, keys: keys)
        }
    }

    /// Records for every open intent that nobody knows how it ended; answers them. To be called at a start, after
    /// `foldSpool()` and before anything is announced.
    package func recordInterrupted() async throws -> [OpenIntent] {
        let open = try await openIntents()
        for intent in open {
            var result = AuditEntry(
                .result(of: intent.sequence), AuditAction(rawValue: intent.action), by: .system, at: now(),
                target: intent.target, outcome: .interrupted,
                reason: "The process ended before the result was recorded.")
            result.plan = intent.plan
            var sealed = try SealedEntry(result, keys: keys)
            sealed.environment = intent.environment
            _ = try await append(sealed: sealed)
        }
        return open
    }

    /// Records what was written into the spool, flagged as late and with its own time; answers how many.
    ///
    /// May be repeated at any time: what a crash left in the spool though it was recorded is not recorded twice. While
    /// another call is under way it does nothing.
    @discardableResult
    package func foldSpool() async throws -> Int {
        guard
            isFoldingSpool.withLock({ isFolding in
                defer { isFolding = true }
                return !isFolding
            })
        else { return 0 }
        defer { isFoldingSpool.withLock { $0 = false } }
        let content = spool.content
        var sequences: [String: Int] = [:]
        for item in content.items {
            sequences[item.id] = try await fold(item, sequences)
        }
        if content.lost > 0, let id = content.lossID {
            var loss = AuditEntry(.event, .spoolLoss, by: .system, at: now())
            loss.flags = [.late]
            loss.details = ["lost": String(content.lost), AuditSpool.identifierDetail: id]
            if try await sequence(ofLate: id) == nil { _ = try await append(loss) }
        }
        try spool.remove(content)
        return content.items.count
    }

    private func fold(_ item: AuditSpool.Item, _ sequences: [String: Int]) async throws -> Int {
        if let known = try await sequence(ofLate: item.id) { return known }
        var entry = item.entry
        if let id = item.spooledIntent { entry.intent = sequences[id] }
        if entry.phase == .result, entry.intent == nil { entry.phase = .event }
        do {
            return try await append(sealed: entry)
        } catch AuditError.noOpenIntent(let intent) {
            // Somebody has recorded another result meanwhile: what the spool says stands beside it.
            entry.phase = .event
            entry.intent = nil
            entry.details["result_of"] = String(intent)
            return try await append(sealed: entry)
        }
    }

    private func sequence(ofLate id: String) async throws -> Int? {
        try await perform { $0.lateEntries.sequence(of: id) }
    }
}
