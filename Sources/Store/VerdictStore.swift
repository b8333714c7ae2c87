package import Domain
package import Foundation
import GRDB

/// What was seen of releases on trial, in SQLite.
package struct VerdictStore: Sendable {
    private let database: StateDatabase

    package init(database: StateDatabase) { self.database = database }

    /// Appends one record; one that is there already is passed over.
    ///
    /// With the first record of a trial, the oldest trials beyond `Limits.trials` are forgotten.
    package func append(_ body: Data, at number: Int, of deployment: DeploymentID) async throws {
        try await database.write { database in
            try database.execute(
                sql: "INSERT INTO verdict (deployment, number, body) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
                arguments: [deployment.number, number, body])
            guard number == 0 else { return }
            try database.execute(
                sql: """
                    DELETE FROM verdict WHERE deployment NOT IN
                    (SELECT deployment FROM verdict WHERE number = 0 ORDER BY deployment DESC LIMIT ?)
                    """,
                arguments: [Limits.trials])
        }
    }

    /// All records of a trial, in order; none where there was no trial or it is forgotten.
    package func bodies(of deployment: DeploymentID) async throws -> [Data] {
        try await database.read { database in
            try Data.fetchAll(
                database, sql: "SELECT body FROM verdict WHERE deployment = ? ORDER BY number",
                arguments: [deployment.number])
        }
    }
}
