import Postgres

/// The number and the sum of the hashes of each table's rows: equal for equal rows in whatever order.
struct RowFingerprints: Sendable {
    var tables: [String: Fingerprint] = [:]

    /// Of one table, over some of its columns.
    struct Fingerprint: Sendable, Equatable {
        let columns: [String]
        var rows: Int
        var sum: Int128
    }

    /// Reads all rows of the tables that the catalog names; those of partitioned tables lie in their partitions.
    mutating func read(
        _ names: some Sequence<String>, of catalog: CatalogSnapshot, on connection: PostgresConnection,
        limit: Duration
    ) async throws {
        for name in names {
            guard let table = catalog[.table, name], table.facts["partitioned by"] == nil,
                table.facts["foreign"] == nil
            else { continue }
            let columns = catalog.columns(of: name)
            guard !columns.isEmpty else { continue }
            tables[name] = try await Self.fingerprint(name, columns: columns, on: connection, limit: limit)
        }
    }

    static func fingerprint(
        _ table: String, columns: [String], on connection: PostgresConnection, limit: Duration
    ) async throws -> Fingerprint {
        let row = try await connection.query(
            """
            SELECT count(*) AS rows, coalesce(sum(\(unescaped: hash(of: columns))::numeric), 0)::text AS sum
            FROM ONLY \(unescaped: table.asQualifiedIdentifier)
            """, deadline: limit)[0]
        return Fingerprint(
            columns: columns, rows: try row.decode("rows"),
            sum: Int128(try row.decode("sum", as: String.self)) ?? 0)
    }

    /// An expression for the hash of one row.
    static func hash(of columns: [String]) -> String {
        "hashtextextended(ROW(\(columns.map(\.asSQLIdentifier).joined(separator: ", ")))::text, 0)"
    }
}

extension CatalogSnapshot {
    /// The names of a table's columns, in a fixed order.
    func columns(of table: String) -> [String] {
        objects.values.filter { $0.kind == .column && $0.parent == table }.map(\.name).sorted()
    }

    /// The names of all tables.
    var tables: [String] { objects.values.filter { $0.kind == .table }.map(\.name).sorted() }
}

extension String {
    /// `public.loads` of a snapshot, in quotes.
    var asQualifiedIdentifier: String {
        let parts = split(separator: ".", maxSplits: 1).map(String.init)
        return parts.map(\.asSQLIdentifier).joined(separator: ".")
    }
}
