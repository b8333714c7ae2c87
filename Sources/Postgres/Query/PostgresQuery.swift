/// One statement and its parameters: what is interpolated is bound as `$1`, `$2`, never spliced into the text.
///
///     let rows = try await connection.query("SELECT id FROM loads WHERE customer = \(name)")
package struct PostgresQuery: Sendable {
    package private(set) var sql: String
    private(set) var bindings: [Binding]

    /// A parameter in PostgreSQL's text format.
    struct Binding: Sendable {
        let type: PostgresType
        /// Nil is SQL's NULL.
        let text: String?
    }

    /// A statement without parameters, taken as it is.
    package init(unescaped sql: String) {
        self.sql = sql
        bindings = []
    }

    /// The text as a quoted SQL identifier, for names of roles, databases and tables that cannot be bound.
    package static func quoted(identifier: String) -> String {
        "\"" + identifier.replacing("\"", with: "\"\"") + "\""
    }

    /// The text as a quoted SQL literal, for the few commands that take no parameters (`ALTER ROLE … PASSWORD`).
    package static func quoted(literal: String) -> String {
        let quoted = "'" + literal.replacing("\\", with: "\\\\").replacing("'", with: "''") + "'"
        return literal.contains("\\") ? " E" + quoted : quoted
    }
}

extension PostgresQuery: ExpressibleByStringInterpolation {
    package init(stringLiteral sql: String) {
        self.init(unescaped: sql)
    }

    package init(stringInterpolation: StringInterpolation) {
        sql = stringInterpolation.sql
        bindings = stringInterpolation.bindings
    }

    /// Collects the statement, and each interpolated value as a parameter of it.
    package struct StringInterpolation: StringInterpolationProtocol {
        fileprivate var sql = ""
        fileprivate var bindings: [Binding] = []

        package init(literalCapacity: Int, interpolationCount: Int) {
            sql.reserveCapacity(literalCapacity + 4 * interpolationCount)
            bindings.reserveCapacity(interpolationCount)
        }

        package mutating func appendLiteral(_ literal: String) {
            sql += literal
        }

        /// Binds a value as the next parameter.
        package mutating func appendInterpolation<Value: PostgresEncodable>(_ value: Value) {
            bindings.append(Binding(type: Value.postgresType, text: value.postgresText))
            sql += "$\(bindings.count)"
        }

        /// Binds a value or, for nil, SQL's NULL as the next parameter.
        package mutating func appendInterpolation<Value: PostgresEncodable>(_ value: Value?) {
            bindings.append(Binding(type: Value.postgresType, text: value?.postgresText))
            sql += "$\(bindings.count)"
        }

        /// Splices a piece of SQL that the program itself wrote.
        package mutating func appendInterpolation(unescaped sql: String) {
            self.sql += sql
        }

        /// Splices a name, quoted as an SQL identifier.
        package mutating func appendInterpolation(identifier: String) {
            sql += PostgresQuery.quoted(identifier: identifier)
        }

        /// Splices a text, quoted as an SQL literal; for commands that take no parameters.
        package mutating func appendInterpolation(literal: String) {
            sql += PostgresQuery.quoted(literal: literal)
        }
    }
}
