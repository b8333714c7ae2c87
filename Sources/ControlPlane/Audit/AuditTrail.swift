import API
import Access
import Approvals
import Audit
import Deployments
import Domain
import DurableFiles
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
    private let redacting: OwnLog?
    private let turns = Turns()
    private let state = Mutex(State())

    private struct State {
        /// Open for writing; acts may be announced as soon as it is settled.
        var log: AuditLog?
        var isSettled = false
    }

    /// What `redacting` knows is taken out of why something did not succeed.
    init(_ place: AuditPlace, redacting: OwnLog? = nil, logger: Logger) throws {
        self.place = place
        self.redacting = redacting
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
    /// Records an act, does it, and records what came of it, with what `notes` has by then and what `describing` says of what
    /// went wrong.
    func record<Value>(
        _ intent: AuditEntry, goesBack: Bool, notes: ActNotes, describing: ((Problem) -> String)? = nil,
        act: () async throws -> Value
    ) async throws -> Value {
        if intent.phase == .event {
            _ = try await log().append(intent)
            return try await act()
        }
        let log = try await openLog(goesBack: goesBack)
        let announced = try await announce(intent, in: log, goesBack: goesBack)
        do {
            let value = try await act()
            await conclude(announced, intent, .succeeded, nil, notes.details, in: log)
            return value
        } catch {
            let problem = Problem(error)
            let outcome: AuditOutcome = problem.status < 500 ? .refused : .failed
            let told = describing?(problem) ?? (error.namesPeople ? problem.code : problem.detail)
            let reason = redacting?.redacting(told) ?? told
            await conclude(announced, intent, outcome, reason, notes.details, in: log)
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

    private func announce(_ intent: AuditEntry, in log: AuditLog?, goesBack: Bool) async throws -> AuditLog.Announced {
        if let log { return try await log.announce(intent, goesBack ? .spool : .refuse) }
        return .spooled(id: spool.write(intent, keys: keys))
    }

    private func conclude(
        _ announced: AuditLog.Announced, _ intent: AuditEntry, _ outcome: AuditOutcome, _ reason: String?,
        _ details: [String: String], in log: AuditLog?
    ) async {
        if let log {
            await log.conclude(announced, intent, outcome, reason: reason, details: details)
            await foldSpool(log)
        } else if case .spooled(let id) = announced {
            let result = intent.concluded(outcome, reason: reason, details: details, at: Date())
            _ = spool.write(result, ofSpooledIntent: id, keys: keys)
        }
    }

    /// Records something before it is done; throws, and nothing may be done, where it cannot be recorded.
    func require(_ event: AuditEntry) async throws { _ = try await log().append(event) }

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
            environment: deployment.environment, outcome: deployment.outcome == .failed ? .failed : .succeeded)
        // It may begin with who asked.
        let reason = deployment.reason.map { String($0.prefix(Limits.reasonCharacters)) }
        event.personal["reason"] = reason.map { .init($0, about: "deployment-\(deployment.id)") }
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
    /// The signed checkpoint for an export, after an entry that says which acts are under way and have no result yet.
    func checkpointOfExport() async throws -> String {
        try await log().checkpointOfExport(naming: Limits.namedIntents).description
    }

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

// MARK: - Keeping

extension AuditTrail {
    /// The tile log.
    var logFolder: String { place.log }
    /// How far the database's lines about what was read are recorded.
    var accessPosition: String { place.accessPosition }

    /// Makes unreadable what is recorded about a person; throws where nothing is.
    func erase(_ subject: String, by actor: AuditActor) async throws {
        guard try await log().erase(subject, by: actor) else { throw ControlPlaneError.nobodyToErase }
    }

    /// Deletes keys that were erased before and are there again; answers how many.
    func eraseAgain() async throws -> Int { try await log().eraseAgain() }

    /// Takes away whole bundles of entries that are older than a time; answers the first entry before and after.
    func prune(before date: Date) async throws -> (before: Int, after: Int) {
        let log = try await log()
        let first = try AuditReader(folder: place.log).first
        return (first, try await log.prune(before: date, by: .system))
    }

    /// The newest checkpoint that a witness has cosigned; nil where none is kept that can be read.
    var cosigned: SignedCheckpoint? {
        FileManager.default.contents(atPath: place.cosigned)
            .flatMap { try? SignedCheckpoint(String(decoding: $0, as: UTF8.self)) }
    }

    /// Keeps a cosigned checkpoint; durable when it returns.
    func keep(cosigned: SignedCheckpoint) throws {
        try DurableFile.write(cosigned.description, to: place.cosigned, mode: 0o600)
    }

    /// How far the record has come; nil where there is none that can be read.
    func report(cosigned: WitnessReport?) -> RecordReport? {
        guard let reader = try? AuditReader(folder: place.log) else { return nil }
        return RecordReport(
            entries: reader.checkpoint.size, first: reader.first, root: reader.checkpoint.root.base64, witness: cosigned
        )
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
    /// What a witness cosigned last.
    package static func cosigned(in state: StateFolder) -> String { "\(state.audit)/cosigned" }
    var cosigned: String { "\(folder)/cosigned" }
    /// How far the database's lines about what was read are recorded.
    var accessPosition: String { "\(folder)/access.json" }
    var keys: String { "\(folder)/subjects" }
    var spool: String { "\(folder)/spool.json" }

    func signer() throws -> NoteSigningKey {
        try NoteSigningKey.openOrMake(path: "\(folder)/signing.key", name: origin)
    }
}

extension Error {
    /// Whether its sentence may name somebody, whose name does not belong into the record in the clear.
    fileprivate var namesPeople: Bool {
        self is AccessError || self is ApprovalError || self is Denial || self is LeaseHeld
    }
}
