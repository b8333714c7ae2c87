import Postgres

/// Writes a row into each table, as a release that runs meanwhile would: a copy of one that is there, with new keys.
struct RowWriter {
    let limits: RehearsalLimits
    /// What the fingerprints are of.
    let catalog: CatalogSnapshot
    let rows: RowFingerprints

    /// The fingerprints of the rows that could be written; a table whose rules no copy fits gets none.
    func write(into tables: [String], on connection: PostgresConnection) async throws -> RowFingerprints {
        var written = RowFingerprints()
        for table in tables {
            guard let fingerprint = rows.tables[table], fingerprint.rows > 0 else { continue }
            try await connection.execute("SAVEPOINT writing")
            do {
                let columns = try await columns(of: table, on: connection)
                let names = columns.map(\.name.asSQLIdentifier).joined(separator: ", ")
                let values = columns.map(\.expression).joined(separator: ", ")
                let name = table.asQualifiedIdentifier
                let sums = try await connection.query(
                    """
                    INSERT INTO \(unescaped: name) (\(unescaped: names)) OVERRIDING SYSTEM VALUE
                    SELECT \(unescaped: values) FROM (SELECT * FROM ONLY \(unescaped: name) LIMIT 1) original
                    RETURNING \(unescaped: RowFingerprints.hash(of: fingerprint.columns))::text AS sum
                    """, deadline: limits.statement)
                let sum = try sums.map { Int128(try $0.decode("sum", as: String.self)) ?? 0 }.reduce(0, +)
                written.note(table, rows: sums.count, sum: sum, columns: fingerprint.columns)
            } catch let refusal as PostgresError where refusal.sqlState != nil {
                try await connection.execute("ROLLBACK TO writing")
            }
        }
        return written
    }

    private struct Column {
        let name: String
        let expression: String
    }

    /// The columns that an INSERT may name, each with the copied value or, where it must be unique, a new one.
    private func columns(of table: String, on connection: PostgresConnection) async throws -> [Column] {
        let rows = try await connection.query(
            """
            SELECT a.attname AS name, t.typcategory::text AS category, t.typname AS type,
                EXISTS (SELECT FROM pg_index i WHERE i.indrelid = a.attrelid AND i.indisunique
                    AND a.attnum = ANY (i.indkey)) AS is_unique,
                EXISTS (SELECT FROM pg_constraint k WHERE k.conrelid = a.attrelid AND k.contype = 'f'
                    AND a.attnum = ANY (k.conkey)) AS refers
            FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid
            WHERE a.attrelid = \(table.asQualifiedIdentifier)::regclass AND a.attnum > 0 AND NOT a.attisdropped
                AND a.attgenerated = ''
            """)
        return try rows.map { row in
            let name: String = try row.decode("name")
            let isKey = try row.decode("is_unique", as: Bool.self) && !row.decode("refers", as: Bool.self)
            let copy = "original.\(name.asSQLIdentifier)"
            guard isKey else { return Column(name: name, expression: copy) }
            let place = "FROM \(table.asQualifiedIdentifier)"
            let column = name.asSQLIdentifier
            let category: String = try row.decode("category")
            let type: String = try row.decode("type")
            let expression =
                switch (category, type) {
                case ("N", _): "(SELECT max(\(column)) + 1 \(place))"
                case ("S", _): "left(md5(random()::text), 8)"
                case (_, "uuid"): "gen_random_uuid()"
                case ("D", _): "(SELECT max(\(column)) + interval '1 day' \(place))"
                default: copy
                }
            return Column(name: name, expression: expression)
        }
    }
}

extension RowFingerprints {
    fileprivate mutating func note(_ table: String, rows: Int, sum: Int128, columns: [String]) {
        tables[table] = Fingerprint(columns: columns, rows: rows, sum: sum)
    }
}
