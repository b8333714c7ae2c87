import Foundation
package import Postgres

/// The PostgreSQL server of a test process: one cluster, started by the first test that asks, a database for each.
package actor PostgresFixture {
    package static let shared = PostgresFixture()
    private var starting: Task<DisposableCluster, any Error>?

    /// Lends the superuser's address of a new, empty database, which is dropped afterwards.
    package static func withDatabase<Value>(
        _ body: (PostgresAddress) async throws -> Value
    ) async throws -> Value {
        let server = try await shared.cluster().cluster.superuserAddress()
        let name = "test_\(UUID().uuidString.replacing("-", with: "").lowercased())"
        let connection = try await PostgresConnection.connect(to: server, applicationName: "fixture")
        try await connection.execute("CREATE DATABASE \(identifier: name)")
        do {
            let value = try await body(server.database(name))
            try await connection.execute("DROP DATABASE \(identifier: name) WITH (FORCE)")
            await connection.close()
            return value
        } catch {
            _ = try? await connection.execute("DROP DATABASE \(identifier: name) WITH (FORCE)")
            await connection.close()
            throw error
        }
    }

    /// The cluster that the tests of this process share; never kill this one.
    package func cluster() async throws -> DisposableCluster {
        // Unstructured, because the cluster belongs to the process and not to the test that happened to come first.
        let task = starting ?? Task { try await DisposableCluster.start() }
        starting = task
        return try await task.value
    }
}
