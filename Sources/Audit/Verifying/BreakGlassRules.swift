import Foundation

/// The rules about rights for an emergency: who used them had begun it, within their time, and somebody else looked at it.
///
/// An act with the flag `break-glass` names its use in the detail `break_glass`. The use has a `break_glass.start` before
/// the act, at most an hour of time (or until the start's `expires`), and no `break_glass.end` before it. Within 24 hours
/// after its end somebody who is not its user records `break_glass.review`; until then it may be open, and one that came
/// later is a note.
struct BreakGlassRules {
    typealias Finding = VerificationReport.Finding

    private enum Review {
        case inTime
        /// So many microseconds after it was due.
        case late(Int)
    }

    private struct Use {
        /// Who may not review it.
        var actors: Set<String>
        let environment: String?
        /// The entry that began it.
        let entry: Int
        let start: Int
        /// When its rights end at the latest.
        var end: Int
        /// The first act that was done with it.
        var firstAct: Int?
        var review: Review?

        var reviewDue: Int { end + Limits.day }
    }

    private(set) var findings: [Finding] = []
    private(set) var notes: [String] = []
    private var uses: [String: Use] = [:]

    /// Takes an entry that is an act with the flag, or begins, ends or reviews a use. `mayBePruned` says whether what came
    /// shortly before it may be gone.
    mutating func note(_ record: AuditRecord, mayBePruned: Bool) {
        switch AuditAction(rawValue: record.action) {
        case .breakGlassStart: noteStart(record)
        case .breakGlassEnd, .breakGlassExpire: noteEnd(record)
        case .breakGlassReview: noteReview(record)
        default:
            // What is noted about a use (who was told, codes that were made) is no act of it.
            guard record.flags.contains(AuditFlag.breakGlass.rawValue) else { return }
            noteAct(record, mayBePruned: mayBePruned)
        }
    }

    /// Says what is not reviewed at the end.
    mutating func finish(now: Int) {
        for (_, use) in uses.sorted(by: { $0.value.start < $1.value.start }) {
            guard let act = use.firstAct else { continue }
            switch use.review {
            case .inTime: continue
            case .late(let delay):
                let hours = (delay + Limits.hour - 1) / Limits.hour
                notes.append("Entry \(act) was done under break-glass, whose review came \(hours) h after it was due.")
            case nil where now >= use.reviewDue: addMissingReview(act)
            case nil: notes.append("Entry \(act) was done under break-glass, whose review is open and not due yet.")
            }
        }
    }

    /// The use that an entry begins, ends or reviews; nil for one that says that it was not done.
    private func use(of record: AuditRecord) -> String? {
        let refusals: [AuditOutcome] = [.refused, .failed, .interrupted]
        guard !refusals.contains(where: { $0.rawValue == record.outcome }) else { return nil }
        // What is done under one use may be about another: only the end by time has no other name for it.
        let isExpiry = record.action == AuditAction.breakGlassExpire.rawValue
        return record.details["use"] ?? (isExpiry ? record.details["break_glass"] : nil)
    }

    private mutating func noteStart(_ record: AuditRecord) {
        guard let id = use(of: record) else {
            // What was announced came to nothing.
            return uses = uses.filter { $0.value.entry != record.intent }
        }
        guard uses[id] == nil else { return }
        uses[id] = Use(
            actors: people(of: record),
            environment: record.details["environment"] ?? record.environment, entry: record.sequence, start: record.at,
            end: min(record.at + Limits.breakGlass, Self.expiry(of: record) ?? .max))
    }

    /// When the entry says that its rights end, in microseconds; it is written in whole seconds.
    private static func expiry(of record: AuditRecord) -> Int? {
        guard let text = record.details["expires"], let date = try? Date(text, strategy: .iso8601) else { return nil }
        return SealedEntry.microseconds(date) + Limits.second
    }

    private mutating func noteEnd(_ record: AuditRecord) {
        guard let id = use(of: record), let use = uses[id] else { return }
        uses[id]?.end = min(use.end, max(record.at, use.start))
    }

    private mutating func noteReview(_ record: AuditRecord) {
        guard let id = use(of: record), let use = uses[id], use.review == nil, record.at >= use.start else { return }
        let reviewers = people(of: record)
        guard !reviewers.isEmpty, use.actors.isDisjoint(with: reviewers) else { return }
        uses[id]?.review = record.at <= use.reviewDue ? .inTime : .late(record.at - use.reviewDue)
    }

    /// Who begins or reviews: the account, and who is named beside it.
    private func people(of record: AuditRecord) -> Set<String> {
        Set([record.actor, record.details["by"]].compactMap(\.self)).subtracting([AuditActor.system.id])
    }

    private mutating func noteAct(_ record: AuditRecord, mayBePruned: Bool) {
        // Its result carries the same flag.
        guard record.phase != SealedEntry.Phase.result.rawValue else { return }
        guard let id = record.details["break_glass"], let use = uses[id] else {
            if mayBePruned {
                return notes.append(
                    "Entry \(record.sequence) was done under break-glass, whose beginning may have been pruned.")
            }
            return add(.breakGlassMissing, record.sequence, "and nothing before it says that it had begun")
        }
        uses[id]?.actors.insert(record.actor)
        uses[id]?.firstAct = use.firstAct ?? record.sequence
        if let environment = record.environment, let own = use.environment, environment != own {
            add(.breakGlassMissing, record.sequence, "which was for \(own) and not for \(environment)")
        } else if record.at < use.start || record.at > use.end {
            add(.breakGlassMissing, record.sequence, "outside of its time")
        }
    }

    private mutating func add(_ kind: Finding.Kind, _ entry: Int, _ rest: String) {
        findings.append(
            Finding(kind: kind, entry: entry, sentence: "Entry \(entry) was done under break-glass, \(rest)."))
    }

    private mutating func addMissingReview(_ act: Int) {
        findings.append(
            Finding(
                kind: .reviewMissing, entry: act,
                sentence:
                    "Entry \(act) was done under break-glass, which nobody else reviewed within 24 hours of its end."))
    }
}
