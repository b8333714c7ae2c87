extension PostgresConnection {
    /// Connects, does something with the connection, and closes it whatever came of it.
    package static func using<Value>(
        _ address: PostgresAddress, applicationName: String, _ body: (PostgresConnection) async throws -> Value
    ) async throws -> Value {
        let connection = try await connect(to: address, applicationName: applicationName)
        do {
            let value = try await body(connection)
            await connection.close()
            return value
        } catch {
            await connection.close()
            throw error
        }
    }
}
