import Postgres

/// Fills `equipment_type` for the vehicles that were stored before it existed, a batch at a time.
///
/// It may be stopped at any time and run by several workers at once: a batch is one statement, and only rows without a
/// name are touched.
package struct EquipmentBackfill: Sendable {
    let database: FreightDatabase

    package init(database: FreightDatabase) {
        self.database = database
    }

    /// Fills the next batch after `cursor`; nil when there is none left behind it.
    package func fillBatch(
        after cursor: Vehicle.ID?, size: Int = Limits.backfillBatchSize
    ) async throws -> (last: Vehicle.ID, filled: Int)? {
        let rows = try await database.query(
            """
            WITH batch AS (
                SELECT id FROM vehicles
                WHERE id > \(cursor?.number ?? 0) AND equipment_type IS NULL AND type_code IS NOT NULL
                ORDER BY id LIMIT \(size) FOR UPDATE SKIP LOCKED
            ), filled AS (
                UPDATE vehicles SET equipment_type = \(unescaped: Equipment.nameOfTypeCode)
                FROM batch WHERE vehicles.id = batch.id
                RETURNING vehicles.id
            )
            SELECT max(id) AS last, count(*) AS filled FROM filled
            """
        )
        guard let row = rows.first, let last: Vehicle.ID = try row.decode("last") else { return nil }
        return try (last, row.decode("filled"))
    }
}
