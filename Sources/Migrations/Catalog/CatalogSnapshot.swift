import Foundation
package import Postgres

/// Everything that the catalog of a database describes, at one time.
///
/// Left out are PostgreSQL's own objects, those of extensions, and Switchyard's history.
package struct CatalogSnapshot: Sendable {
    package private(set) var objects: [CatalogObject.ID: CatalogObject] = [:]

    private init() {}

    init(_ objects: [CatalogObject]) {
        self.objects = Dictionary(objects.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
    }

    /// Reads the catalog as the connection's transaction sees it.
    package static func take(on connection: PostgresConnection) async throws -> CatalogSnapshot {
        var snapshot = CatalogSnapshot()
        for kind in CatalogObject.Kind.allCases {
            for row in try await connection.query(PostgresQuery(unescaped: kind.query)) {
                let object = CatalogObject(
                    kind: kind, name: try row.decode("name"), parent: try row.decode("parent"),
                    facts: try facts(in: row.decode("facts")), number: try row.decode("number"))
                snapshot.objects[object.id] = object
            }
        }
        try await snapshot.readNextValues(on: connection)
        return snapshot
    }

    /// Looks at each sequence that may be read, because no catalog says where they stand.
    private mutating func readNextValues(on connection: PostgresConnection) async throws {
        var sequences = try await connection.query(Self.readableSequences).map { row in
            (name: try row.decode("name", as: String.self), increment: try row.decode("increment", as: Int.self))
        }[...]
        while !sequences.isEmpty {
            // A query of very many parts is too deep for the server.
            let looks = sequences.prefix(100).map { sequence in
                """
                SELECT \(PostgresQuery.quoted(literal: sequence.name)) AS name,
                    (last_value::numeric + CASE WHEN is_called THEN \(sequence.increment) ELSE 0 END)::text AS next
                FROM \(sequence.name.asQualifiedIdentifier)
                """
            }
            sequences = sequences.dropFirst(looks.count)
            for row in try await connection.query(PostgresQuery(unescaped: looks.joined(separator: " UNION ALL "))) {
                let id = CatalogObject.ID(kind: .sequence, name: try row.decode("name"), parent: nil)
                objects[id]?.nextValue = Int128(try row.decode("next", as: String.self))
            }
        }
    }

    private static let readableSequences: PostgresQuery = """
        SELECT n.nspname || '.' || c.relname AS name, s.seqincrement AS increment
        FROM pg_sequence s JOIN pg_class c ON c.oid = s.seqrelid JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE n.nspname !~ '^pg_(toast|temp)' AND has_schema_privilege(n.oid, 'USAGE')
            AND has_table_privilege(c.oid, 'SELECT')
        """

    package subscript(kind: CatalogObject.Kind, name: String, of parent: String? = nil) -> CatalogObject? {
        objects[CatalogObject.ID(kind: kind, name: name, parent: parent)]
    }

    /// A fact that is null says nothing.
    private static func facts(in json: String) throws -> [String: String] {
        try JSONDecoder().decode([String: String?].self, from: Data(json.utf8)).compactMapValues(\.self)
    }
}
