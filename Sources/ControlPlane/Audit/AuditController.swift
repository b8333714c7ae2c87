import API
import Access
import Audit
import Domain
import Foundation
import Hummingbird
import Synchronization

/// The audit record, for who may read it; each reading is recorded.
struct AuditController: Sendable {
    let trail: AuditTrail
    let accounts: any AccessRecords
    let published: PublishedCheckpoint
    private let gatekeeper: Gatekeeper
    private let wishes = ErasureWishes()

    init(trail: AuditTrail, accounts: any AccessRecords, gatekeeper: Gatekeeper) {
        self.trail = trail
        self.gatekeeper = gatekeeper
        self.accounts = accounts
        published = PublishedCheckpoint(log: trail.logFolder)
    }

    func addRoutes(to router: APIRouter) {
        router.on(.auditEntries) { request, _ in
            let query = request.uri.queryParameters
            let last = try query.whole("last", in: 1...Limits.mostAuditEntries) ?? 50
            let filter = AuditFilter(
                actor: try await identifier(query.get("actor")),
                action: query.get("action").map { AuditAction(rawValue: $0) },
                environment: try query.get("environment").map { try EnvironmentName($0) },
                target: query.get("target"), outcome: query.get("outcome").map { AuditOutcome(rawValue: $0) },
                since: try query.date("since"), until: try query.date("until"))
            return try .json(await trail.entries(matching: filter, last: last).map(AuditEntryReport.init))
        }
        router.on(.auditEntry) { _, context in
            let text = try context.parameters.require("entry")
            guard let sequence = Int(text), sequence >= 0 else {
                throw ControlPlaneError.invalidParameter(name: "entry", value: text, expected: "its number")
            }
            guard let entry = try await trail.entry(sequence) else {
                throw ControlPlaneError.unknownAuditEntry(sequence)
            }
            return try .json(AuditEntryReport(entry))
        }
        router.on(.exportAudit) { _, _ in
            try .json(AuditCheckpoint(text: await trail.checkpointOfExport()))
        }
        addPersonalRoutes(to: router)
    }

    /// What is about people: who saw data, and their right to be forgotten.
    private func addPersonalRoutes(to router: APIRouter) {
        router.on(.dataAccesses) { request, context in
            let query = request.uri.queryParameters
            let last = try query.whole("last", in: 1...Limits.mostAuditEntries) ?? 50
            let filter = AuditFilter(
                noun: AuditAction.dataAccess,
                environment: try EnvironmentName(context.parameters.require("environment")),
                since: try query.date("since"), until: try query.date("until"))
            return try .json(await trail.entries(matching: filter, last: last).map(AuditEntryReport.init))
        }
        router.on(.erasePerson) { request, context in
            let message = try await request.message(ErasureRequest.self)
            try Limits.require(message.requestedBy, "requestedBy", atMost: Limits.requesterCharacters)
            guard (1...Limits.subjectCharacters).contains(message.subject.unicodeScalars.count) else {
                // Not said again: the sentence is recorded.
                throw ControlPlaneError.invalidParameter(
                    name: "subject", value: "",
                    expected: "an identifier of at most \(Limits.subjectCharacters) characters")
            }
            let subject = try await identifier(message.subject) ?? message.subject
            let admission = try context.admitted()
            let needsTwo = await gatekeeper.policy(at: Date()).needsSecondPerson(.erasePerson, in: nil)
            if needsTwo, let who = admission.subject.account, !wishes.agree(on: subject, who, at: Date()) {
                context.notes.add("waiting", "true")
                return try .json(
                    ErasureReport(checkpoint: await trail.checkpoint(), isWaiting: true), status: .accepted)
            }
            try await trail.erase(subject, by: admission.actor(saying: message.requestedBy))
            return try .json(ErasureReport(checkpoint: await trail.checkpoint()))
        }
    }

    /// What the record calls whom people know by a name.
    private func identifier(_ actor: String?) async throws -> String? {
        guard let actor, let name = AccountName(rawValue: actor) else { return actor }
        return try await accounts.account(name)?.identifier ?? actor
    }
}

/// What admins wish to have erased, each for a day: it takes two of them. They are forgotten with the process; whoever wishes it
/// says so again.
private final class ErasureWishes: Sendable {
    private struct Wish {
        let subject: String
        let by: AccountName
        let at: Date
    }

    private let wishes = Mutex<[Wish]>([])

    /// Whether somebody else has wished the same; notes the wish otherwise.
    func agree(on subject: String, _ name: AccountName, at now: Date) -> Bool {
        wishes.withLock { wishes in
            wishes.removeAll { now.timeIntervalSince($0.at) > Limits.erasureWish }
            if wishes.contains(where: { $0.subject == subject && $0.by != name }) {
                wishes.removeAll { $0.subject == subject }
                return true
            }
            wishes.removeAll { $0.subject == subject }
            if wishes.count >= Limits.erasureWishes { wishes.removeFirst() }
            wishes.append(Wish(subject: subject, by: name, at: now))
            return false
        }
    }
}

extension Parameters {
    /// A moment from the query as RFC 3339 writes it, or nil when it is not given.
    fileprivate func date(_ name: String) throws -> Date? {
        guard let text = get(name) else { return nil }
        guard let date = try? Date(text, strategy: .iso8601) else {
            throw ControlPlaneError.invalidParameter(
                name: name, value: text, expected: "a moment such as 2026-11-28T02:00:00Z")
        }
        return date
    }
}

extension AuditEntryReport {
    fileprivate init(_ record: AuditRecord) {
        self.init(
            number: record.sequence, at: record.date, phase: record.phase, intent: record.intent, actor: record.actor,
            authentication: record.authentication, address: record.sourceAddress, action: record.action,
            target: record.target, environment: record.environment, outcome: record.outcome, reason: record.reason,
            plan: record.plan, trace: record.trace, flags: record.flags, details: record.details,
            payloadDigest: record.payloadSHA256)
    }
}
