import Migrations
import Testing

/// The form of a backfill and its batches.
struct BackfillTests {
    @Test func `the header says key and batch, and the bounds are put in as literals where the placeholders stand`()
        throws
    {
        let backfill = try backfill(
            """
            -- Fills what 1.1.0 reads.
            -- key: public.Vehicles.id
            -- batch: 5000

            UPDATE vehicles SET é = '$1', note = $$ $2 $$ -- not $1
            WHERE id BETWEEN $1 AND $2;
            """)
        #expect(backfill.table == RelationName(schema: "public", "vehicles"))
        #expect(backfill.key == "id")
        #expect(backfill.batchSize == 5_000)
        #expect(
            backfill.batch(from: "1", through: "it's \\") == """
                UPDATE vehicles SET é = '$1', note = $$ $2 $$ -- not $1
                WHERE id BETWEEN '1' AND  E'it''s \\\\'
                """)
    }

    @Test func `the table of an UPDATE need not be repeated, and names can be quoted`() throws {
        let backfill = try backfill("-- key: \"Id\"\nDELETE FROM \"Old\".rows r WHERE r.\"Id\" BETWEEN $1 AND $2")
        #expect(backfill.table == RelationName(schema: "Old", "rows"))
        #expect(backfill.key == "Id")
        #expect(backfill.batchSize == 1_000)
    }

    @Test func `lines may end as on Windows`() throws {
        let backfill = try backfill(
            "-- key: loads.id\r\n-- batch: 7\r\nDELETE FROM loads\r\nWHERE id BETWEEN $1 AND $2;\r\n")
        #expect(backfill.key == "id")
        #expect(backfill.batchSize == 7)
        #expect(backfill.statement.position == SQLPosition(file: "a/backfill.sql", line: 3, column: 1))
        #expect(backfill.batch(from: "1", through: "2") == "DELETE FROM loads\r\nWHERE id BETWEEN '1' AND '2'")
    }

    @Test func `an INSERT goes along the table that it reads`() throws {
        let backfill = try backfill(
            "-- key: loads.id\nINSERT INTO cargo SELECT id FROM loads WHERE id BETWEEN $1 AND $2")
        #expect(backfill.table == RelationName("loads"))
    }

    private func backfill(_ sql: String) throws -> Backfill {
        try Backfill(MigrationStep(phase: .backfill, file: "a/backfill.sql", sql: sql), parser: PgQueryParser())
    }
}
