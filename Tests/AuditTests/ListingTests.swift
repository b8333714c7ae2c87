import Domain
import Foundation
import TestSupport
import Testing

@testable import Audit

@Suite(.timeLimit(.minutes(1)))
struct ListingTests {
    /// 600 entries, one a minute, by three people, of two actions, in two environments.
    private func withLog(_ body: (AuditPlace) async throws -> Void) async throws {
        try await AuditPlace.with { place, _ in
            try await place.logging { log in
                for number in 0..<600 {
                    var entry = AuditEntry.sample(number, at: AuditPlace.noon + Double(60 * number))
                    if number % 2 == 0 { entry.action = "secret.read" }
                    entry.environment = EnvironmentName(rawValue: number % 5 == 0 ? "production" : "staging")
                    entry.outcome = number % 7 == 0 ? .refused : .succeeded
                    _ = try await log.append(entry)
                }
            }
            try await body(place)
        }
    }

    @Test func `entries are found by range, filter and time, forwards and backwards`() async throws {
        try await withLog { place in
            let reader = try AuditReader(folder: place.folder)
            func ids(
                _ filter: AuditFilter = AuditFilter(), in range: Range<Int>? = nil, newest: Bool = false,
                limit: Int = 1_000
            ) throws -> [Int] {
                try reader.entries(in: range, newestFirst: newest, matching: filter, limit: limit).map(\.sequence)
            }
            #expect(try ids() == Array(0..<600))
            #expect(try ids(newest: true, limit: 3) == [599, 598, 597])
            #expect(try ids(in: 250..<260) == Array(250..<260))
            #expect(try ids(in: 250..<260, newest: true, limit: 2) == [259, 258])
            #expect(try ids(in: 590..<9_999) == Array(590..<600) && ids(in: 700..<800).isEmpty)
            #expect(try ids(AuditFilter(actor: "person-1")) == (0..<600).filter { $0 % 3 == 1 })
            #expect(try ids(AuditFilter(action: "secret.read")) == (0..<600).filter { $0 % 2 == 0 })
            let production = AuditFilter(environment: EnvironmentName(rawValue: "production"))
            #expect(try ids(production) == (0..<600).filter { $0 % 5 == 0 })
            #expect(try ids(AuditFilter(target: "freightops@1.0.17")) == [17])
            #expect(try ids(AuditFilter(outcome: .refused)) == (0..<600).filter { $0 % 7 == 0 })
            let hour = AuditFilter(since: AuditPlace.noon + 3_600, until: AuditPlace.noon + 7_200)
            #expect(try ids(hour) == Array(60..<120))
            #expect(try ids(AuditFilter(actor: "person-0", outcome: .refused), newest: true, limit: 1) == [588])
            #expect(try reader.entry(300)?.details["id"] == "300" && reader.entry(600) == nil)
        }
    }

    @Test func `a folder without a log says so`() async throws {
        try await withTemporaryFolder { folder in
            #expect(throws: AuditError.noLog(folder: folder)) { try AuditReader(folder: folder) }
            #expect(throws: AuditError.noLog(folder: folder)) {
                try AuditVerifier.verify(folder, now: AuditPlace.noon)
            }
            #expect(throws: AuditError.noLog(folder: folder)) {
                try AuditExport.export(to: "\(folder)/x", from: folder)
            }
        }
    }
}
