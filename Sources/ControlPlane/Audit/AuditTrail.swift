import API
import Audit
import Domain
import Foundation
import Logging
import Synchronization
import Turns

/// The record of who did what: each act is announced in it before it is done, and its result follows.
///
/// Where the record cannot be written nothing is done (no log, no act), except going back and stopping harm, which are kept in
/// the spool until it can be.
final class AuditTrail: Sendable {
    private let place: AuditPlace
    private let keys: SubjectKeys
    private let spool: AuditSpool
    private let logger: Logger
    private let turns = Turns()
    private let state = Mutex(State())

    private struct State {
        /// Open for writing; acts may be announced as soon as it is settled.
        var log: AuditLog?
        var isSettled = false
    }

    init(_ place: AuditPlace, logger: Logger) throws {
        self.place = place
        self.logger = logger
        keys = try SubjectKeys(folder: place.keys)
        spool = try AuditSpool(path: place.spool)
    }

    /// Opens the record; where that fails it is tried again with the next act.
    func begin() async {
        do {
            _ = try await log()
        } catch {
            logger.critical("the audit record cannot be written", metadata: ["error": "\(error)"])
        }
    }

    /// The record, once what was kept while it could not be written is in it, and acts that were cut short are said to be so:
    /// afterwards they could not be told from those that are under way.
    private func log() async throws -> AuditLog {
        if let log = settled { return log }
        return try await turns.take {
            if let log = settled { return log }
            let log = try open()
            try await log.foldSpool()
            for intent in try await log.recordInterrupted() {
                logger.warning(
                    "an act was cut short", metadata: ["action": "\(intent.action)", "entry": "\(intent.sequence)"])
            }
            state.withLock { $0.isSettled = true }
            return log
        }
    }

    private var settled: AuditLog? { state.withLock { $0.isSettled ? $0.log : nil } }

    private func open() throws -> AuditLog {
        try state.withLock { state in
            if let log = state.log { return log }
            let log = try AuditLog(folder: place.log, signer: place.signer(), keys: keys, spool: spool)
            state.log = log
            return log
        }
    }

    /// Why the record cannot be relied on, in a sentence; nil when it can.
    func fault() async -> String? {
        do {
            return try await log().fault?.description
        } catch {
            return "Nothing can be done but going back, because the audit record cannot be written: \(error)"
        }
    }

    /// Folds and lets go of the files.
    func close() async {
        guard let log = state.withLock({ $0.log }) else { return }
        do {
            try await log.close()
        } catch {
            logger.error("the audit record could not be closed", metadata: ["error": "\(error)"])
        }
    }
}

// MARK: - Recording

extension AuditTrail {
    /// Records an act, does it, and records what came of it, with what `notes` has by then.
    func record<Value>(
        _ intent: AuditEntry, goesBack: Bool, notes: ActNotes, act: () async throws -> Value
    ) async throws -> Value {
        if intent.phase == .event {
            _ = try await log().append(intent)
            return try await act()
        }
        guard let log = try await openLog(goesBack: goesBack) else {
            return try await recordInSpool(intent, act: act)
        }
        let announced = try await log.announce(intent, goesBack ? .spool : .refuse)
        do {
            let value = try await act()
            await log.conclude(announced, intent, .succeeded, reason: nil, details: notes.details)
            await foldSpool(log)
            return value
        } catch {
            let problem = Problem(error)
            await log.conclude(
                announced, intent, problem.status < 500 ? .refused : .failed, reason: problem.detail,
                details: notes.details)
            throw error
        }
    }

    /// Nil where it cannot be opened and need not be.
    private func openLog(goesBack: Bool) async throws -> AuditLog? {
        do {
            return try await log()
        } catch {
            guard goesBack else { throw error }
            return nil
        }
    }

    private func recordInSpool<Value>(_ intent: AuditEntry, act: () async throws -> Value) async throws -> Value {
        var entry = intent
        entry.phase = .intent
        let id = spool.write(entry, keys: keys)
        entry.at = Date()
        do {
            let value = try await act()
            entry.outcome = .succeeded
            _ = spool.write(entry, ofSpooledIntent: id, keys: keys)
            return value
        } catch {
            entry.outcome = .failed
            entry.reason = Problem(error).detail
            _ = spool.write(entry, ofSpooledIntent: id, keys: keys)
            throw error
        }
    }

    /// Records something that has happened; in the spool where the record cannot be written.
    func note(_ event: AuditEntry) async {
        do {
            let log = try await log()
            _ = try await log.append(event)
            await foldSpool(log)
        } catch {
            logger.error("an event waits to be recorded", metadata: ["error": "\(error)", "action": "\(event.action)"])
            _ = spool.write(event, keys: keys)
        }
    }

    /// Records how a deployment ended, whoever or whatever ended it.
    func note(endOf deployment: Deployment) async {
        var event = AuditEntry(
            .event, "deployment.end", by: .system, at: Date(), target: "\(deployment.id)",
            environment: deployment.environment, outcome: deployment.outcome == .failed ? .failed : .succeeded,
            reason: deployment.reason.map { String($0.prefix(Limits.reasonCharacters)) })
        event.details = [
            "deployment": "\(deployment.id)", "kind": deployment.kind.rawValue,
            "release": deployment.release.description, "ended": deployment.outcome?.rawValue ?? "unknown",
        ]
        await note(event)
    }

    private func foldSpool(_ log: AuditLog) async {
        guard spool.count > 0 || spool.lost > 0 else { return }
        // What cannot be folded now stays where it is.
        _ = try? await log.foldSpool()
    }
}

// MARK: - Reading

extension AuditTrail {
    /// The signed checkpoint of everything that was recorded so far.
    func checkpoint() async throws -> String { try await log().checkpoint().description }

    /// Entries with personal data in the clear, the newest first.
    func entries(matching filter: AuditFilter, last: Int) async throws -> [AuditRecord] {
        try await log().checkpoint()
        return try AuditReader(folder: place.log).entries(newestFirst: true, matching: filter, limit: last)
            .map { try $0.opened(with: keys) }
    }

    /// One entry with personal data in the clear; nil where there is none of that number.
    func entry(_ sequence: Int) async throws -> AuditRecord? {
        try await log().checkpoint()
        return try AuditReader(folder: place.log).entry(sequence)?.opened(with: keys)
    }
}

/// Where the record and what belongs to it lie.
package struct AuditPlace: Sendable {
    let folder: String
    /// What the record calls itself: `freightops/switchyard`.
    let origin: String

    init(_ state: StateFolder, application: ApplicationName) {
        folder = state.audit
        origin = "\(application)/switchyard"
    }

    /// The tile log.
    var log: String { "\(folder)/log" }
    /// The tile log of a state folder.
    package static func log(in state: StateFolder) -> String { "\(state.audit)/log" }
    var keys: String { "\(folder)/subjects" }
    var spool: String { "\(folder)/spool.json" }

    func signer() throws -> NoteSigningKey {
        try NoteSigningKey.openOrMake(path: "\(folder)/signing.key", name: origin)
    }
}
