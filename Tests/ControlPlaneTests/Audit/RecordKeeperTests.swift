import API
import Audit
import Domain
import Foundation
import Logging
import TestSupport
import Testing

@testable import ControlPlane

/// The record as the control plane looks after it.
@Suite(.timeLimit(.minutes(1))) struct RecordKeeperTests {
    private static let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

    private func withTrail(_ body: (AuditTrail, AuditPlace) async throws -> Void) async throws {
        try await withTemporaryFolder { path in
            let folder = StateFolder(path: path)
            try folder.make()
            let place = AuditPlace(folder, application: ApplicationName(unchecked: "freightops"))
            let trail = try AuditTrail(place, logger: Self.logger)
            try await body(trail, place)
            await trail.close()
        }
    }

    @Test func `what is older than the retention goes, and what is left verifies`() async throws {
        try await withTrail { trail, place in
            for number in 0..<600 {
                var event = AuditEntry(.event, "status.read", by: .system, at: Date())
                event.details = ["id": "\(number)"]
                try await trail.require(event)
            }
            let keeper = RecordKeeper(trail: trail, retentionMonths: 13, logger: Self.logger)
            let day = 86_400.0
            await keeper.attend(now: Date() + 380 * day)
            #expect(try AuditReader(folder: place.log).first == 0)
            await keeper.attend(now: Date() + 420 * day)
            #expect(await keeper.problem == nil)
            #expect(try AuditReader(folder: place.log).first == 512)
            #expect(trail.report(cosigned: nil)?.first == 512)
            let report = try AuditVerifier.verify(place.log, now: Date())
            #expect(report.findings == [] && report.minimum == 512)
        }
    }

    @Test func `a witness that is away is a problem only after a while`() async throws {
        try await withTrail { trail, place in
            let key = NoteSigningKey(name: "w1", algorithm: .cosignature).verifierKey
            let settings = WitnessSettings(url: "http://127.0.0.1:1", publicKey: "\(key)", everySeconds: 60)
            let keeper = try WitnessKeeper(settings, trail: trail, logger: Self.logger)
            await keeper.ask()
            #expect(await keeper.problem(now: Date()) == nil)
            let problem = try #require(await keeper.problem(now: Date() + 200))
            #expect(problem.contains("does not answer") && problem.contains("has cosigned nothing yet"))
            #expect(await keeper.report == WitnessReport(name: "w1", url: settings.url, entries: nil, at: nil))
        }
    }

    @Test func `a refused access is no access, and what failed is recorded without the database's words`() async throws
    {
        try await withTrail { trail, place in
            struct Leak: Error, CustomStringConvertible { var description: String { "Key (email)=(dana) exists" } }
            let accesses = DataAccesses(trail: trail)
            await #expect(throws: Leak.self) {
                try await accesses.record("data_access.expand", in: EnvironmentName(unchecked: "dev"), target: "7") {
                    throw Leak()
                }
            }
            let entries = try await trail.entries(matching: AuditFilter(noun: "data_access"), last: 10)
            #expect(entries.map(\.phase) == ["result", "intent"])
            #expect(entries.allSatisfy { !"\($0)".contains("dana") }, "\(entries)")
            #expect(try await trail.entries(matching: AuditFilter(noun: "data"), last: 10).isEmpty)
        }
    }
}
