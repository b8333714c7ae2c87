import Domain
import Foundation
import TestSupport
import Testing

@testable import Audit

/// What entries mean together, in logs that are otherwise whole.
@Suite(.timeLimit(.minutes(1)))
struct MeaningTests {
    typealias Kind = VerificationReport.Finding.Kind

    /// Entries by words: `approve WHO`, `deploy`, `result`, each with options after it.
    struct Case: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let entries: [AuditEntry]
        let kinds: [Kind]
    }

    private static func approve(
        _ who: String, hour: Double = 0, plan: String = "p1", environment: String = "production",
        outcome: AuditOutcome? = nil, roles: String? = nil
    ) -> AuditEntry {
        var entry = AuditEntry(
            .event, .approvalGrant, by: AuditActor(id: who), at: AuditPlace.noon + hour * 3_600,
            environment: EnvironmentName(rawValue: environment), outcome: outcome)
        entry.plan = plan
        entry.details["roles"] = roles
        return entry
    }

    private static func deploy(
        required: String? = "2", by who: String = "rita", hour: Double = 1, requestedBy: String? = nil,
        roles: String? = nil, as action: AuditAction = .deploymentOpen
    ) -> AuditEntry {
        var entry = AuditEntry(
            .intent, action, by: AuditActor(id: who), at: AuditPlace.noon + hour * 3_600,
            environment: EnvironmentName(rawValue: "production"))
        entry.plan = "p1"
        entry.details["approvals_required"] = required
        entry.details["requested_by"] = requestedBy
        entry.details["roles_required"] = roles
        return entry
    }

    private static func result(of intent: Int, hour: Double = 1, _ outcome: AuditOutcome = .succeeded) -> AuditEntry {
        AuditEntry(
            .result(of: intent), .deploymentOpen, by: .system, at: AuditPlace.noon + hour * 3_600, outcome: outcome)
    }

    private static func underWay(_ entries: String, hour: Double = 1, by who: AuditActor = .system) -> AuditEntry {
        var entry = AuditEntry(.event, .underWay, by: who, at: AuditPlace.noon + hour * 3_600)
        entry.details["entries"] = entries
        return entry
    }

    private static let both = "release_manager,dba"

    static let roleCases: [Case] = [
        Case(
            testDescription: "a release manager and a DBA",
            entries: [
                approve("anna", roles: "release_manager"), approve("bert", roles: both), deploy(roles: both),
                result(of: 2),
            ], kinds: []),
        Case(
            testDescription: "two release managers are no DBA",
            entries: [
                approve("anna", roles: "release_manager"), approve("bert", roles: "release_manager"),
                deploy(roles: both), result(of: 2),
            ], kinds: [.approvalsMissing]),
        Case(
            testDescription: "nobody counts for two",
            entries: [approve("anna", roles: both), deploy(required: "1", roles: both), result(of: 1)],
            kinds: [.approvalsMissing]),
        Case(
            testDescription: "the same person twice is no second release manager",
            entries: [
                approve("anna", roles: "release_manager"), approve("anna", roles: "release_manager"),
                deploy(required: "1", roles: "release_manager,release_manager"), result(of: 2),
            ], kinds: [.approvalsMissing]),
        Case(
            testDescription: "a contraction without its DBA",
            entries: [approve("anna", roles: "release_manager"), deploy(as: .databaseContract), result(of: 1)],
            kinds: [.approvalsMissing]),
        Case(
            testDescription: "a list that nobody writes",
            entries: [
                approve("anna", roles: "dba"),
                deploy(required: "1", roles: Array(repeating: "dba", count: 40).joined(separator: ",")), result(of: 1),
            ], kinds: [.approvalsMissing]),
        Case(
            testDescription: "an act that a stranger says is under way",
            entries: [deploy(required: nil), underWay("0", by: AuditActor(id: "rita"))], kinds: [.openIntent]),
        Case(
            testDescription: "an act that was under way and ended",
            entries: [deploy(required: nil), underWay("0"), result(of: 0)], kinds: []),
    ]

    /// An approval of one request, and a deployment by another one.
    private static func ofRequest(_ request: String, _ entry: AuditEntry) -> AuditEntry {
        var entry = entry
        if entry.phase == .event { entry.target = request } else { entry.details["request"] = request }
        return entry
    }

    static let requestCases: [Case] = [
        Case(
            testDescription: "approvals of its own request",
            entries: [
                ofRequest("r1", approve("anna")), ofRequest("r1", approve("bert")), ofRequest("r1", deploy()),
                result(of: 2),
            ], kinds: []),
        Case(
            testDescription: "approvals of another request",
            entries: [
                ofRequest("r1", approve("anna")), ofRequest("r2", approve("bert")), ofRequest("r1", deploy()),
                result(of: 2),
            ], kinds: [.approvalsMissing]),
        Case(
            testDescription: "a result that says what its intent says",
            entries: [approve("anna"), approve("bert"), deploy(), said(result(of: 2))], kinds: []),
    ]

    /// A result that repeats how many approvals are needed.
    private static func said(_ result: AuditEntry) -> AuditEntry {
        var result = result
        result.details["approvals_required"] = "2"
        return result
    }

    static let cases: [Case] = [
        Case(
            testDescription: "two approvals", entries: [approve("anna"), approve("bert"), deploy(), result(of: 2)],
            kinds: []),
        Case(
            testDescription: "none needed",
            entries: [deploy(required: "0"), result(of: 0), deploy(required: nil), result(of: 2)], kinds: []),
        Case(
            testDescription: "one of two", entries: [approve("anna"), deploy(), result(of: 1)],
            kinds: [.approvalsMissing]),
        Case(
            testDescription: "the same person twice",
            entries: [approve("anna"), approve("anna"), deploy(), result(of: 2)], kinds: [.approvalsMissing]),
        Case(
            testDescription: "the requester's own",
            entries: [approve("anna"), approve("rita"), deploy(), result(of: 2)], kinds: [.approvalsMissing]),
        Case(
            testDescription: "that of whoever asked",
            entries: [approve("anna"), approve("bert"), deploy(requestedBy: "bert"), result(of: 2)],
            kinds: [.approvalsMissing]),
        Case(
            testDescription: "for another plan",
            entries: [approve("anna"), approve("bert", plan: "p2"), deploy(), result(of: 2)], kinds: [.approvalsMissing]
        ),
        Case(
            testDescription: "for another environment",
            entries: [approve("anna"), approve("bert", environment: "staging"), deploy(), result(of: 2)],
            kinds: [.approvalsMissing]),
        Case(
            testDescription: "refused",
            entries: [approve("anna"), approve("bert", outcome: .refused), deploy(), result(of: 2)],
            kinds: [.approvalsMissing]),
        Case(
            testDescription: "older than 24 hours",
            entries: [approve("anna"), approve("bert"), deploy(hour: 24.1), result(of: 2, hour: 25)],
            kinds: [.approvalsMissing]),
        Case(
            testDescription: "just 24 hours old",
            entries: [approve("anna"), approve("bert"), deploy(hour: 24), result(of: 2, hour: 25)], kinds: []),
        Case(
            testDescription: "afterwards", entries: [approve("anna"), deploy(), approve("bert"), result(of: 1)],
            kinds: [.approvalsMissing]),
        Case(
            testDescription: "no number", entries: [approve("anna"), deploy(required: "many"), result(of: 1)],
            kinds: [.approvalsMissing]),
        Case(
            testDescription: "an intent without result", entries: [approve("anna"), approve("bert"), deploy()],
            kinds: [.openIntent]),
        Case(
            testDescription: "an intent that was interrupted",
            entries: [approve("anna"), approve("bert"), deploy(), result(of: 2, .interrupted)], kinds: []),
        Case(
            testDescription: "a result twice", entries: [deploy(required: nil), result(of: 0), result(of: 0)],
            kinds: [.unknownIntent]),
        Case(
            testDescription: "a result before its intent", entries: [result(of: 1), deploy(required: nil)],
            kinds: [.unknownIntent, .openIntent]),
        Case(
            testDescription: "a result of an event", entries: [approve("anna"), result(of: 0)], kinds: [.unknownIntent]),
    ]

    /// Each case at the beginning of a log, and again across the border of two bundles.
    @Test(arguments: cases + roleCases + requestCases, [0, 254])
    func `meaning is verified`(example: Case, first: Int) async throws {
        try await AuditPlace.with { place, _ in
            let filler = (0..<first).map { AuditEntry.sample($0) }
            let entries =
                filler
                + example.entries.map { entry in
                    var moved = entry
                    if case .result(let intent) = entry.phase { moved.phase = .result(of: intent + first) }
                    return moved
                }
            try ForgedLog.write(
                ForgedLog.canonical(entries, keys: place.keys), to: place.folder, signer: place.signer)
            let report = try place.verify(at: AuditPlace.noon + 2 * 3_600)
            #expect(Set(report.findings.map(\.kind)) == Set(example.kinds), "\(report.findings)")
            #expect(report.notes == [])
        }
    }

    @Test func `what was under way at the export, or began just then, is a note, and a finding afterwards`()
        async throws
    {
        for (hours, kinds) in [(1.5, []), (3.0, [Kind.openIntent])] {
            try await AuditPlace.with { place, _ in
                let later = [
                    AuditEntry.sample(2, at: AuditPlace.noon + hours * 3_600), Self.deploy(required: nil, hour: 1.2),
                ].prefix(hours < 2 ? 2 : 1)
                try ForgedLog.write(
                    ForgedLog.canonical([Self.deploy(required: nil), Self.underWay("0")] + later, keys: place.keys),
                    to: place.folder, signer: place.signer)
                let report = try place.verify(at: AuditPlace.noon + hours * 3_600)
                #expect(report.findings.map(\.kind) == kinds)
                #expect(report.notes.contains { $0.contains("under way") } == kinds.isEmpty, "\(report.notes)")
            }
        }
    }
}
