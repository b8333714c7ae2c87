package import Postgres

/// Lends a connection to a database of the test's own.
package func withConnection(_ body: (PostgresConnection) async throws -> Void) async throws {
    try await PostgresFixture.withDatabase { address in
        let connection = try await PostgresConnection.connect(to: address, applicationName: "test")
        try await body(connection)
        await connection.close()
    }
}

extension PostgresConnection {
    /// The column `value` of the one row of a result.
    package func value<Value: PostgresDecodable & Sendable>(_ query: PostgresQuery) async throws -> Value {
        let rows = try await self.query(query)
        guard let row = rows.first, rows.count == 1 else { throw PostgresError.tooManyRows(limit: 1) }
        return try row.decode("value")
    }
}
