package import Domain
import Foundation
import Postgres

extension SchemaChanges {
    package func connectionFault(of slot: SlotName, in environment: EnvironmentDefinition) async -> String? {
        do {
            guard let url = try await databases.knownURL(for: slot, of: environment) else { return nil }
            let address = try PostgresAddress(url: url)
            try await withDeadline("a connection to the database", Limits.connectionSeconds) {
                try await PostgresConnection.using(address, applicationName: "switchyard probe") { connection in
                    _ = try await connection.query("SELECT 1")
                }
            }
            return nil
        } catch {
            return Task.isCancelled ? nil : "failed: \(error)"
        }
    }
}
