import Foundation
import Migrations
import Testing

/// What the guide shows is what is drafted.
struct GuideTests {
    private let guide: String
    private let schema: KnownColumns

    init() throws {
        let root = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../..").standardized
        guide = try String(
            contentsOf: root.appending(path: "docs/guides/zero-downtime-rename.md"), encoding: .utf8)
        schema = try KnownColumns(
            MigrationFolder.read(root.appending(path: "FreightOps/releases/1.0.0/migrations").path))
    }

    @Test func `the guide's rename is the draft, step by step`() throws {
        let steps = try MigrationScaffold(known: schema)
            .steps(for: SchemaChange(.rename, "drivers.licence:licence_number"))
        #expect(Set(steps.keys) == Set(MigrationPhase.allCases))
        for (phase, text) in steps { #expect(guide.contains("```sql\n\(text)```"), "\(phase)") }
    }

    @Test func `the guide's change of type shows the draft's backfill`() throws {
        let steps = try MigrationScaffold(known: schema)
            .steps(for: SchemaChange(.changeType, "loads.price_cents:numeric(14,2)"))
        let backfill = try #require(steps[.backfill])
        #expect(guide.contains("```sql\n\(backfill)```"))
    }
}
