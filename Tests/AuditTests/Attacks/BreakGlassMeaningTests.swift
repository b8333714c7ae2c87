import Domain
import Foundation
import TestSupport
import Testing

@testable import Audit

/// What is done under break-glass: begun before, within its time, and reviewed by somebody else.
@Suite(.timeLimit(.minutes(1)))
struct BreakGlassMeaningTests {
    typealias Kind = VerificationReport.Finding.Kind

    struct Case: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let entries: [AuditEntry]
        let kinds: [Kind]
        var hoursLater: Double = 100
        var notes = 0
    }

    private static func entry(
        _ action: AuditAction, _ hour: Double, by who: String, use: String? = "u1", named: String? = nil,
        environment: String? = "production", outcome: AuditOutcome? = nil
    ) -> AuditEntry {
        var entry = AuditEntry(
            .event, action, by: AuditActor(id: who), at: AuditPlace.noon + hour * 3_600,
            environment: environment.map { EnvironmentName(unchecked: $0) }, outcome: outcome)
        entry.details = ["use": use, "by": named].compactMapValues(\.self)
        return entry
    }

    private static func start(
        _ hour: Double = 0, use: String = "u1", minutes: Double? = nil, outcome: AuditOutcome? = nil
    ) -> AuditEntry {
        var entry = entry(.breakGlassStart, hour, by: "olga", use: use, named: "olga", outcome: outcome)
        entry.details["expires"] = minutes.map { (AuditPlace.noon + hour * 3_600 + $0 * 60).formatted(.iso8601) }
        return entry
    }

    private static func end(_ hour: Double) -> AuditEntry { entry(.breakGlassEnd, hour, by: "olga") }

    private static func review(_ hour: Double, by who: String = "anna", use: String = "u1") -> AuditEntry {
        entry(.breakGlassReview, hour, by: who, use: use)
    }

    /// A deployment that lacks its two approvals, with its result.
    private static func act(
        _ hour: Double = 0.5, by who: String = "olga", use: String? = "u1", environment: String = "production"
    ) -> AuditEntry {
        var entry = AuditEntry(
            .event, .deploymentOpen, by: AuditActor(id: who), at: AuditPlace.noon + hour * 3_600,
            environment: EnvironmentName(unchecked: environment))
        entry.plan = "p1"
        entry.flags = [.breakGlass]
        entry.details = ["approvals_required": "2"]
        entry.details["break_glass"] = use
        return entry
    }

    /// An entry about a use that is no act of it.
    private static func note(_ action: AuditAction, _ hour: Double, use: String? = "u1") -> AuditEntry {
        var entry = AuditEntry(.event, action, by: .system, at: AuditPlace.noon + hour * 3_600)
        entry.details["break_glass"] = use
        return entry
    }

    static let cases: [Case] = [
        Case(
            testDescription: "told, ended by time and told again",
            entries: [
                note("break_glass.make_codes", -1, use: nil), start(), note("break_glass.notice", 0.1), act(),
                note(.breakGlassExpire, 1.01), note("break_glass.notice", 1.02), review(20),
                note("break_glass.notice", 30),
            ], kinds: []),
        Case(testDescription: "reviewed", entries: [start(), act(), end(0.7), review(20)], kinds: []),
        Case(testDescription: "reviewed, with no end said", entries: [start(), act(), review(24.9)], kinds: []),
        Case(testDescription: "nothing done, nothing to review", entries: [start(), end(0.2)], kinds: []),
        Case(testDescription: "not due", entries: [start(), act()], kinds: [], hoursLater: 24, notes: 1),
        Case(testDescription: "due", entries: [start(), act()], kinds: [.reviewMissing], hoursLater: 25.1),
        Case(
            testDescription: "due a day after its end", entries: [start(), act(0.1), end(0.2)],
            kinds: [.reviewMissing], hoursLater: 24.3),
        Case(
            testDescription: "reviewed late, which is a note", entries: [start(), act(), review(25.1)], kinds: [],
            notes: 1),
        Case(
            testDescription: "after its own shorter time", entries: [start(minutes: 10), act(0.5), review(2)],
            kinds: [.breakGlassMissing]),
        Case(testDescription: "within its own time", entries: [start(minutes: 40), act(0.5), review(2)], kinds: []),
        Case(
            testDescription: "reviewed by its user", entries: [start(), act(), review(2, by: "olga")],
            kinds: [.reviewMissing]),
        Case(
            testDescription: "reviewed by who acted too", entries: [start(), act(by: "anna"), review(2)],
            kinds: [.reviewMissing]),
        Case(
            testDescription: "another use reviewed", entries: [start(), act(), review(2, use: "u2")],
            kinds: [.reviewMissing]),
        Case(
            testDescription: "without a beginning", entries: [act(), review(2)], kinds: [.breakGlassMissing]),
        Case(
            testDescription: "begun afterwards", entries: [act(), start(), review(2)], kinds: [.breakGlassMissing]),
        Case(
            testDescription: "a beginning that was refused", entries: [start(outcome: .refused), act(), review(2)],
            kinds: [.breakGlassMissing]),
        Case(testDescription: "no use named", entries: [start(), act(use: nil)], kinds: [.breakGlassMissing]),
        Case(
            testDescription: "after its end", entries: [start(), end(0.2), act(), review(2)],
            kinds: [.breakGlassMissing]),
        Case(
            testDescription: "after its hour", entries: [start(), act(1.1), review(2)], kinds: [.breakGlassMissing]),
        Case(
            testDescription: "in another environment", entries: [start(), act(environment: "staging"), review(2)],
            kinds: [.breakGlassMissing]),
        Case(
            testDescription: "two uses, one without review",
            entries: [start(), act(), review(2), start(3, use: "u2"), act(3.5, use: "u2")], kinds: [.reviewMissing]),
    ]

    /// Each case at the beginning of a log, and again across the border of two bundles.
    @Test(arguments: cases, [0, 254])
    func `acts under break-glass are verified`(example: Case, first: Int) async throws {
        try await AuditPlace.with { place, _ in
            let entries = (0..<first).map { AuditEntry.sample($0) } + example.entries
            try ForgedLog.write(
                ForgedLog.canonical(entries, keys: place.keys), to: place.folder, signer: place.signer)
            let report = try place.verify(at: AuditPlace.noon + example.hoursLater * 3_600)
            // An event is no intent, so the approvals are not asked for here.
            #expect(report.findings.map(\.kind) == example.kinds, "\(report.findings)")
            #expect(report.notes.count == example.notes, "\(report.notes)")
        }
    }

    @Test func `a deployment under break-glass needs no approvals, and one without does`() async throws {
        for flags in [[AuditFlag.breakGlass], []] as [Set<AuditFlag>] {
            try await AuditPlace.with { place, _ in
                var intent = Self.act()
                intent.phase = .intent
                intent.flags = flags
                let result = AuditEntry(
                    .result(of: 1), .deploymentOpen, by: .system, at: AuditPlace.noon, outcome: .succeeded)
                try ForgedLog.write(
                    ForgedLog.canonical([Self.start(), intent, result, Self.review(2)], keys: place.keys),
                    to: place.folder, signer: place.signer)
                let report = try place.verify(at: AuditPlace.noon + 360_000)
                #expect(report.findings.map(\.kind) == (flags.isEmpty ? [.approvalsMissing] : []))
            }
        }
    }

    @Test func `where the beginning was pruned it is a note`() async throws {
        try await AuditPlace.with { place, _ in
            try await place.logging { log async throws in
                _ = try await log.append(Self.start())
                try await log.append(count: 255)
                _ = try await log.append(Self.act())
                #expect(try await log.prune(before: AuditPlace.noon + 900, by: .system) == 256)
            }
            let report = try place.verify(at: AuditPlace.noon + 360_000)
            #expect(report.findings == [] && report.notes.count == 2, "\(report)")
        }
    }
}
