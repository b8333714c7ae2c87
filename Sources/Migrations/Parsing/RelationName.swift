import Postgres

/// The name of a table, index, view, type or another thing of the catalog, with its schema where one was written.
package struct RelationName: Sendable, Hashable, Codable {
    package let schema: String?
    package let name: String

    package init(schema: String? = nil, _ name: String) {
        self.schema = schema
        self.name = name
    }

    /// As it stands in a statement, in quotes.
    package var sql: String {
        (schema.map { [$0, name] } ?? [name]).map(\.asSQLIdentifier).joined(separator: ".")
    }
}

extension RelationName: CustomStringConvertible {
    /// As people write it.
    package var description: String { schema.map { "\($0).\(name)" } ?? name }
}

extension String {
    /// The text as an identifier of SQL, in quotes.
    package var asSQLIdentifier: String { PostgresQuery.quoted(identifier: self) }

    /// The text as a literal of SQL.
    package var asSQLLiteral: String { PostgresQuery.quoted(literal: self) }
}
