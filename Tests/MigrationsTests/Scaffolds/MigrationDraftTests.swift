import Foundation
import Migrations
import TestSupport
import Testing

/// What is drafted, and where it goes.
struct MigrationDraftTests {
    @Test(arguments: [
        (SchemaChange.Kind.rename, "loads.customer"), (.rename, "customer:client"), (.rename, "a.b.c.d:e"),
        (.changeType, "loads.weight"), (.addNotNull, "loads.note"), (.addForeignKey, "loads.driver:drivers"),
        (.addIndex, "loads"), (.dropColumn, "loads.note:x"), (.addColumn, "loads..note:text"), (.dropColumn, ""),
    ])
    func `a value that cannot be read is refused with its form`(kind: SchemaChange.Kind, text: String) {
        #expect(throws: ScaffoldError.form(kind, text)) { try SchemaChange(kind, text) }
    }

    @Test(arguments: [
        (SchemaChange.Kind.rename, "public.Loads.customer:client", "rename_public_loads_customer_to_client"),
        (.changeType, "loads.weight:numeric(12, 4)", "change_type_of_loads_weight_to_numeric_12_4"),
        (.addIndex, "loads.a, b", "index_loads_a_b"),
        (.addForeignKey, "loads.driver:drivers.id", "link_loads_driver_to_drivers"),
    ])
    func `a change names its migration`(kind: SchemaChange.Kind, text: String, name: String) throws {
        #expect(try SchemaChange(kind, text).suggestedName == name)
    }

    @Test func `the type of a column is what the migrations made of it, and must be known for a rename`() throws {
        let known = KnownColumns(
            [
                ("20260103000000_c", "ALTER TABLE public.loads ALTER weight TYPE numeric(8, 2)"),
                ("20260101000000_a", "CREATE TABLE loads (number bigserial PRIMARY KEY, weight int NOT NULL)"),
                ("20260102000000_b", "ALTER TABLE loads ADD tags text[] DEFAULT '{}', ALTER weight DROP NOT NULL"),
                ("20260104000000_d", "ALTER TABLE loads RENAME tags TO labels; ALTER TABLE loads RENAME TO cargo"),
            ].map { name, sql in
                Migration(
                    name: MigrationName(unchecked: name),
                    steps: [MigrationStep(phase: .expand, file: "\(name)/expand.sql", sql: sql)])
            })
        let weight = try #require(known[ColumnReference(table: RelationName("cargo"), column: "weight")])
        #expect(weight.type == "numeric(8, 2)")
        #expect(!weight.isNotNull)
        let labels = ColumnReference(table: RelationName(schema: "public", "cargo"), column: "labels")
        #expect(known[labels]?.type == "text[]")
        #expect(known.key(of: RelationName("cargo")) == "number")
        let unknown = ColumnReference(table: RelationName("loads"), column: "weight")
        #expect(throws: ScaffoldError.unknownType(unknown)) {
            try MigrationScaffold(known: known).steps(for: .rename(unknown, to: "mass"))
        }
        let steps = try MigrationScaffold(known: known, type: "int", key: "pk").steps(for: .rename(unknown, to: "mass"))
        #expect(steps[.backfill]?.contains("-- key: loads.pk") == true)
    }

    @Test func `what would be no SQL is refused, and nothing is written`() throws {
        let scaffold = MigrationScaffold(known: KnownColumns([]))
        #expect(throws: ScaffoldError.self) { try scaffold.steps(for: SchemaChange(.addColumn, "a.b:no type at all")) }
        #expect(throws: ScaffoldError.self) { try scaffold.steps(for: SchemaChange(.addNotNull, "a.b:)")) }
    }

    @Test func `every draft is clean by the check, and names that need quotes have them`() async throws {
        let texts: [(SchemaChange.Kind, String)] = [
            (.rename, "order.Customer Name:user"), (.changeType, "loads.weight:bigint"), (.addColumn, "a.b:text"),
            (.addNotNull, "a.b:0"), (.addForeignKey, "a.b:select.id"), (.addIndex, "a.b,c"), (.dropColumn, "a.b"),
        ]
        try await withTemporaryFolder { folder in
            let scaffold = MigrationScaffold(known: KnownColumns([]), type: "text")
            for (kind, text) in texts {
                let change = try SchemaChange(kind, text)
                _ = try MigrationDraft.write(
                    scaffold.steps(for: change), named: change.suggestedName, in: folder,
                    at: Date(timeIntervalSince1970: 1_800_000_000))
            }
            _ = try MigrationDraft.write(
                scaffold.steps(for: nil), named: "empty", in: folder, at: Date(timeIntervalSince1970: 1_800_000_000))
            let report = MigrationCheck().check(folder: folder)
            #expect(report.outcome == .clean, "\(report.findings)")
            #expect(report.migrations.count == texts.count + 1)
            #expect(report.migrations.first?.name == "20270115080000_rename_order_customer_name_to_user")
            let rename = try String(
                contentsOfFile: "\(folder)/20270115080000_rename_order_customer_name_to_user/expand.sql",
                encoding: .utf8)
            #expect(rename.contains("ALTER TABLE \"order\" ADD COLUMN \"user\" text;"))
        }
    }

    @Test func `a name that is none is refused`() async throws {
        try await withTemporaryFolder { folder in
            #expect(throws: ScaffoldError.name("Über")) {
                try MigrationDraft.write([.expand: "SELECT 1"], named: "Über", in: folder, at: Date())
            }
            let left = try FileManager.default.contentsOfDirectory(atPath: folder)
            #expect(left == [])
        }
    }
}
