import Foundation
import Migrations
import TestSupport
import Testing

/// The tracer over the labelled set that the benchmark runs its peers over.
@Suite(.timeLimit(.minutes(10)))
struct LabelledStatementsTests {
    private struct Labelled: Decodable {
        let number: Int
        let verdict: String
        let sql: String
    }

    @Test func `no danger of the labelled set is missed, and at most one in fifty alarms is false`() async throws {
        let file = RehearsedSchema.folder.appending(path: "statements.json")
        let set = try JSONDecoder().decode([Labelled].self, from: Data(contentsOf: file))
        #expect(set.count >= 100)
        try await PostgresFixture.withDatabase { address in
            let schema = try await RehearsedSchema.fill(address)
            var missed: [String] = []
            var falseAlarms: [String] = []
            for labelled in set {
                // What concerns more than the database is refused before anything is traced.
                let isRefused = Self.isRefused(labelled.sql)
                let findings = isRefused ? [] : try await schema.findings(in: labelled.sql).flatMap(\.self)
                let verdict = isRefused ? .incompatible : findings.map(\.severity).max() ?? .note
                let line = "\(labelled.number) is \(labelled.verdict), said \(verdict): \(labelled.sql) \(findings)"
                switch labelled.verdict {
                case "safe": if verdict.stops { falseAlarms.append(line) }
                case "dangerous": if !verdict.stops { missed.append(line) }
                default: if verdict != .incompatible { missed.append(line) }
                }
            }
            #expect(missed == [], "\(missed.joined(separator: "\n"))")
            #expect(falseAlarms.count * 50 <= set.count, "\(falseAlarms.joined(separator: "\n"))")
        }
    }

    private static func isRefused(_ sql: String) -> Bool {
        let migration = Migration(
            name: MigrationName(unchecked: "20260101000000_statement"),
            steps: [MigrationStep(phase: .expand, file: "expand.sql", sql: sql)])
        return MigrationCheck().findings(in: [migration]).contains { $0.severity == .unusable }
    }
}
