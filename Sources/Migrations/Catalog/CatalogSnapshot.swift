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
        return snapshot
    }

    package subscript(kind: CatalogObject.Kind, name: String, of parent: String? = nil) -> CatalogObject? {
        objects[CatalogObject.ID(kind: kind, name: name, parent: parent)]
    }

    /// A fact that is null says nothing.
    private static func facts(in json: String) throws -> [String: String] {
        try JSONDecoder().decode([String: String?].self, from: Data(json.utf8)).compactMapValues(\.self)
    }
}
