import Postgres

/// The key of a backfill as the database has it.
struct BackfillKey {
    private let backfill: Backfill
    private let connection: PostgresConnection

    init(of backfill: Backfill, on connection: PostgresConnection) {
        self.backfill = backfill
        self.connection = connection
    }

    /// Why rows could be missed along it or every batch would read the whole table; nil where it is of use.
    func fault() async throws -> String? {
        let key = backfill.key
        let rows = try await connection.query(
            """
            SELECT attnotnull AS required, EXISTS (
                SELECT FROM pg_index WHERE indrelid = attrelid AND indisunique AND indisvalid AND indpred IS NULL
                    AND indnkeyatts = 1 AND indkey[0] = attnum) AS is_unique
            FROM pg_attribute
            WHERE attrelid = to_regclass(\(backfill.table.sql)) AND attname = \(key) AND attnum > 0 AND NOT attisdropped
            """)
        guard let row = rows.first else { return "there is no column \(key) in a table \(backfill.table)" }
        guard try row.decode("required") else {
            return "the key \(key) may be null, so rows would be missed: name another one"
        }
        guard try row.decode("is_unique") else {
            return "the key \(key) has no unique index of its own: name the primary key"
        }
        return nil
    }
}

extension SQLStatementKind {
    /// Whether a key may be of use after the statement and not before; what the server alone can tell may be so.
    func mayMake(usable backfill: Backfill) -> Bool {
        switch self {
        case .createTable(let table, _, _): table.name == backfill.table.name
        case .createIndex(let index): index.isUnique && index.table.name == backfill.table.name
        case .alterTable(let table, let changes):
            table.name == backfill.table.name && changes.contains { $0.mayMake(usable: backfill.key) }
        case .rename, .moveToSchema, .select, .anonymousBlock, .call, .other: true
        default: false
        }
    }
}

extension TableChange {
    fileprivate func mayMake(usable key: String) -> Bool {
        switch self {
        case .addColumn(let column): column.name == key
        case .setNotNull(let column): column == key
        case .addConstraint(let constraint): [.primaryKey, .unique].contains(constraint.kind)
        default: false
        }
    }
}
