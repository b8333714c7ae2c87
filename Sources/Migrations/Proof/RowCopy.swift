import Postgres

/// How to write a row into a table as a release that runs meanwhile would: a copy of one that is there, with new keys.
struct RowCopy {
    private let table: String
    private let columns: [Column]

    private struct Column {
        let name: String
        /// The copied value or, where it must be unique, a new one.
        let expression: String
        let isIdentity: Bool
    }

    /// An INSERT without its RETURNING.
    var insertion: String {
        """
        INSERT INTO \(table) (\(columns.map(\.name).joined(separator: ", "))) OVERRIDING SYSTEM VALUE
        SELECT \(columns.map(\.expression).joined(separator: ", ")) FROM (SELECT * FROM ONLY \(table) LIMIT 1) original
        """
    }

    /// An UPDATE of one row to the values that it has; nil for a table that has no column for it.
    var change: String? {
        columns.first { !$0.isIdentity }.map { column in
            "UPDATE ONLY \(table) SET \(column.name) = \(column.name) WHERE ctid = (SELECT ctid FROM ONLY \(table) LIMIT 1)"
        }
    }

    /// A DELETE of one row.
    var removal: String { "DELETE FROM ONLY \(table) WHERE ctid = (SELECT ctid FROM ONLY \(table) LIMIT 1)" }

    /// Reads the columns that an INSERT may name, but for those that are `unknown` to whoever writes; `table` is named as a
    /// snapshot does.
    init(of table: String, unknown: Set<String> = [], on connection: PostgresConnection) async throws {
        let place = table.asQualifiedIdentifier
        self.table = place
        let rows = try await connection.query(
            """
            SELECT a.attname AS name, t.typcategory::text AS category, t.typname AS type,
                a.attidentity <> '' AS is_identity,
                EXISTS (SELECT FROM pg_index i WHERE i.indrelid = a.attrelid AND i.indisunique
                    AND a.attnum = ANY (i.indkey)) AS is_unique,
                EXISTS (SELECT FROM pg_constraint k WHERE k.conrelid = a.attrelid AND k.contype = 'f'
                    AND a.attnum = ANY (k.conkey)) AS refers
            FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid
            WHERE a.attrelid = \(place)::regclass AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''
            """)
        let known = try rows.filter { try !unknown.contains($0.decode("name")) }
        columns = try known.map { row in
            let column = try row.decode("name", as: String.self).asSQLIdentifier
            let isKey = try row.decode("is_unique", as: Bool.self) && !row.decode("refers", as: Bool.self)
            let copy = "original.\(column)"
            let category: String = try row.decode("category")
            let type: String = try row.decode("type")
            let expression =
                switch (isKey, category, type) {
                case (false, _, _): copy
                case (_, "N", _): "(SELECT max(\(column)) + 1 FROM \(place))"
                case (_, "S", _): "left(md5(random()::text), 8)"
                case (_, _, "uuid"): "gen_random_uuid()"
                case (_, "D", _): "(SELECT max(\(column)) + interval '1 day' FROM \(place))"
                default: copy
                }
            return Column(name: column, expression: expression, isIdentity: try row.decode("is_identity"))
        }
    }
}
